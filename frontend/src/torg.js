// What the pages add where scripts run. Without this file every page still reads, posts and answers.
import htmx from "htmx.org/dist/htmx.esm.js";
import { audiences } from "./audience.js";
import { clock } from "./clock.js";
import { counting } from "./count.js";
import { keyboard } from "./keys.js";
import { live } from "./live.js";
import { menus } from "./menus.js";

htmx.config.includeIndicatorCSS = false;

keyboard();
menus();
audiences();
live();
clock();
counting(document);
document.addEventListener("htmx:after:swap", () => counting(document));
