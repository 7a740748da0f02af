// Keyboard shortcuts, as the table says (shortcuts.js is made of src/torg/web/shortcuts.py). Nothing happens while one writes.
import { enter } from "./columns.js";
import { writes } from "./here.js";
import { shortcuts } from "./shortcuts.js";

const WRITING = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable], [role=textbox]";
const SEQUENCE = 2000;
const OFF = "torg-keys-off";

const main = () => document.querySelector("main");

// In the columns one moves within the column that one is in
function posts() {
  const root = document.activeElement?.closest("[data-column]") ?? document.querySelector("[data-column].here") ?? document;
  return [...root.querySelectorAll(".posts > .post, .posts > .told, .conversation > .post, [data-queue] > *")].filter((one) => one.offsetParent);
}

export function current() {
  return document.activeElement?.closest("[data-queue] > *, .told, .post");
}

export function look(at) {
  if (!at) return;
  at.tabIndex = -1;
  at.focus({ preventScroll: true });
  at.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = posts();
  const at = all.indexOf(current()?.closest("[data-queue] > *, .posts > *, .conversation > *"));
  look(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

const inPost = (selector) => current()?.querySelector(selector);
const press = (name) => inPost(`[data-act~="${name}"]`)?.click();
const visit = (path) => { if (!writes(path)) location.href = path; };

function field(id, elsewhere) {
  const found = document.querySelector(id);
  if (!found) return visit(elsewhere);
  for (let box = found.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  found.focus();
}

function beside(by) {
  const all = [...document.querySelectorAll("[data-column]")];
  const at = all.indexOf(document.activeElement?.closest("[data-column]"));
  const next = all[at < 0 ? 0 : at + by];
  return next ? enter(next) : false;
}

function ask(selector) {
  const button = document.activeElement?.closest("[data-column]")?.querySelector(selector);
  return button ? button.click() : false;
}

async function help() {
  const old = document.querySelector("dialog.shortcuts");
  if (old) return old.close();
  const answer = await fetch("/keyboard?part=1").catch(() => null);
  if (!answer?.ok || answer.redirected) return visit("/keyboard");
  const words = document.querySelector("[data-help]").dataset;
  const box = document.createElement("dialog");
  box.className = "shortcuts";
  box.setAttribute("aria-label", words.help);
  box.innerHTML = await answer.text();
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = words.close;
  close.addEventListener("click", () => box.close());
  const before = document.activeElement;
  box.addEventListener("close", () => { box.remove(); before?.focus?.({ preventScroll: true }); });
  box.prepend(close);
  document.body.append(box);
  box.showModal();
}

const acts = {
  next: () => step(1),
  previous: () => step(-1),
  top: () => { const first = posts()[0]; first?.scrollIntoView({ block: "center" }); look(first); },
  column: (key) => {
    const column = document.querySelectorAll("[data-column]")[Number(key) - 1];
    if (column) enter(column);
    else if (key === "1") acts.top();
  },
  left: () => beside(-1),
  right: () => beside(1),
  move_left: () => ask("[data-move=left]"),
  move_right: () => ask("[data-move=right]"),
  remove: () => ask("[data-remove]"),
  more: () => (document.activeElement?.closest("[data-column]") ?? main()).querySelector("a[rel=next]")?.focus(),
  back: () => history.back(),
  open: () => inPost("[data-open], .when > a")?.click(),
  profile: () => inPost("a.author")?.click(),
  reply: () => press("reply"),
  mention: () => { const handle = inPost("a.author .handle"); if (handle) visit(`/compose?text=${encodeURIComponent(`${handle.textContent} `)}`); },
  favourite: () => press("favourite"),
  boost: () => press("boost"),
  quote: () => press("quote"),
  bookmark: () => press("bookmark"),
  warning: () => inPost("details.warning:not(:has(> .media)) > summary")?.click(),
  media: () => inPost("details.warning:has(> .media) > summary")?.click(),
  look: () => { const item = inPost(".media a, .media video, .media audio"); if (item?.play) item.paused ? item.play() : item.pause(); else item?.click(); },
  undo: () => document.querySelector("[data-undo]")?.click(),
  write: () => field("#compose-text", "/compose"),
  anew: () => visit("/compose"),
  warn: () => field("[name=spoiler]", "/compose"),
  search: () => field("main input[type=search]", "/search"),
  leave: () => document.activeElement?.blur(),
  go: (key, goal) => {
    const [link, more = ""] = goal.split(" ");
    if (goal.startsWith("/")) visit(goal);
    else if (document.querySelector(link)) visit(document.querySelector(link).getAttribute("href") + more);
  },
  help,
};

// The key with what is held: alt by the place of the key, since with it many layouts write something else
function named(event) {
  const key = event.altKey && event.code.startsWith("Key") ? event.code.slice(3) : event.key;
  const held = (event.altKey ? "alt+" : "") + (event.shiftKey && key.length > 1 ? "shift+" : "");
  return held + (event.shiftKey && key.length === 1 ? key : key.toLowerCase());
}

let before = "", since = 0;

function pressed(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.getModifierState("AltGraph")) return;
  const writing = event.target.closest(WRITING) || event.target.isContentEditable;
  const key = named(event);
  if (writing && key !== "escape" && key !== "alt+x") return;
  if (key === "escape") { before = ""; if (writing) acts.leave(); return; }
  if (localStorage.getItem(OFF) || (document.querySelector("dialog[open]") && key !== "?")) return;
  // Enter belongs to the link or button that has the focus, and one that is held down is not pressed again
  if (event.repeat && !["j", "k"].includes(key)) return;
  if (key === "enter" && !event.target.matches(".post, .told, [data-queue] > *")) return;
  const sequence = before && event.timeStamp - since < SEQUENCE ? `${before} ${key}` : "";
  const known = shortcuts[sequence] ?? shortcuts[key];
  before = !sequence && key === "g" ? key : "";
  since = event.timeStamp;
  if (known && acts[known[0]](key, known[1]) !== false) event.preventDefault();
}

export function keyboard() {
  document.addEventListener("keydown", pressed);
  const box = document.querySelector("[data-keys-switch]");
  if (!box) return;
  const on = box.querySelector("input");
  on.checked = !localStorage.getItem(OFF);
  on.addEventListener("change", () => (on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  box.hidden = false;
}
