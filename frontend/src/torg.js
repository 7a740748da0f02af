// What the pages add where scripts run. Without this file every page still reads, posts and answers.
import htmx from "htmx.org/dist/htmx.esm.js";
import { app } from "./app.js";
import { audiences } from "./audience.js";
import { clock } from "./clock.js";
import { columns } from "./columns.js";
import { completion } from "./complete.js";
import { counts } from "./counts.js";
import { counting } from "./count.js";
import { pickers } from "./emoji.js";
import { faces } from "./faces.js";
import { files } from "./files.js";
import { keeping } from "./focus.js";
import { keyboard } from "./keys.js";
import { live } from "./live.js";
import { member } from "./member.js";
import { menus } from "./menus.js";
import { undoing } from "./undo.js";
import { push } from "./push.js";
import { parts, polls } from "./parts.js";

htmx.config.includeIndicatorCSS = false;

app();
keyboard();
keeping();
menus();
faces();
audiences();
live();
member();
columns();
undoing();
counts();
push();
clock();
const composing = (root) => { counting(root); completion(root); pickers(root); files(root); parts(root, composing); polls(root); };
composing(document);
document.addEventListener("htmx:after:swap", () => composing(document));
