// What the pages add where scripts run. Without this file every page still reads, posts and answers.
import htmx from "htmx.org/dist/htmx.esm.js";
import { keyboard } from "./keys.js";
import { audiences } from "./audience.js";
import { counting } from "./count.js";
import { menus } from "./menus.js";

htmx.config.includeIndicatorCSS = false;

keyboard();
menus();
audiences();
counting(document);
document.addEventListener("htmx:after:swap", () => counting(document));
