// A member's page stays true by one stream: new posts wait behind a button, what is shown changes where it stands.
import htmx from "htmx.org/dist/htmx.esm.js";
import { atTop, settled } from "./columns.js";
import { carry } from "./opened.js";
import { elsewhere } from "./faces.js";

const numbers = new Intl.NumberFormat(document.documentElement.lang);
const made = (html) => document.createRange().createContextualFragment(html).firstElementChild;
const held = new Map();
const title = document.title;

function barOf(list) {
  const before = list.previousElementSibling;
  return before?.matches("[data-held]") ? before : null;
}

function tell(list) {
  const bar = barOf(list), waiting = held.get(list) ?? [];
  if (!bar) return;
  bar.toggleAttribute("data-none", waiting.length === 0);
  const button = bar.querySelector("button");
  button.textContent = button.dataset.one.replace("%(count)s", numbers.format(waiting.length));
}

function twin(list, node) {
  return node.dataset.key ? list.querySelector(`[data-key="${CSS.escape(node.dataset.key)}"]`) : document.getElementById(node.id);
}

// What was on top when one asked for more is what one had read
function line(list) {
  if (!list.dataset.readTo || !list.querySelector(":scope > .post")) return;
  list.querySelector(":scope > .read-to")?.remove();
  const drawn = document.createElement("p");
  drawn.className = "read-to";
  drawn.setAttribute("role", "separator");
  drawn.textContent = list.dataset.readTo;
  list.prepend(drawn);
}

function open(list, quietly) {
  const waiting = held.get(list) ?? [];
  held.set(list, []);
  if (waiting.length && !quietly) line(list);
  for (const node of waiting) {
    if (node.dataset.key) twin(list, node)?.remove();
    else if (document.getElementById(node.id)) continue;
    list.prepend(node);
    htmx.process(node);
  }
  while (list.children.length > Number(list.dataset.most)) list.lastElementChild.remove();
  if (list.children.length) list.parentElement.querySelector(":scope > .empty")?.remove();
  tell(list);
  const first = list.querySelector(".post");
  if (first && !quietly) { first.tabIndex = -1; first.focus(); }
}

function wait(list, node) {
  const waiting = (held.get(list) ?? []).filter((other) => (node.dataset.key ?? node.id) !== (other.dataset.key ?? other.id));
  waiting.push(node);
  held.set(list, waiting.slice(-Number(list.dataset.most)));
  tell(list);
  if (atTop(list)) open(list, true);
}

// What is being read, written in or pressed is left alone until it is let go.
function change(id, html) {
  for (const [list, waiting] of held) held.set(list, waiting.map((node) => (node.dataset.post === id ? settled(list, made(html)) : node)));
  for (const there of document.querySelectorAll(`[data-post="${id}"]`)) {
    const swap = () => { const node = settled(there, made(html)); carry(there, node); there.replaceWith(node); htmx.process(node); };
    if (there.contains(document.activeElement)) there.addEventListener("focusout", swap, { once: true });
    else swap();
  }
}

function gone(id) {
  for (const [list, waiting] of held) { held.set(list, waiting.filter((node) => node.dataset.post !== id)); tell(list); }
  for (const there of document.querySelectorAll(`[data-post="${id}"]`)) {
    if (there.contains(document.activeElement)) document.querySelector("main").focus({ preventScroll: true });
    there.remove();
  }
}

function unread(counts) {
  let all = 0, more = false;
  for (const [name, count] of Object.entries(counts)) {
    const way = document.querySelector(`[data-unread="${name}"]`);
    if (!way) continue;
    let badge = way.querySelector(".badge");
    if (!count) badge?.remove();
    else {
      if (!badge) { badge = document.createElement("span"); badge.className = "badge"; way.append(" ", badge); }
      badge.textContent = count;
      all += parseInt(count, 10);
      more ||= count.endsWith("+");
    }
  }
  document.title = all ? `(${all}${more ? "+" : ""}) ${title}` : title;
}

function state(name) {
  const shown = document.querySelector("[data-stream-state]");
  shown.hidden = !name;
  shown.textContent = name ? shown.dataset[name] : "";
}

function sampled(sample) {
  const shown = document.querySelector("[data-stream-sample]");
  shown.textContent = shown.dataset.said.replace("%(came)s", numbers.format(sample.came)).replace("%(shown)s", numbers.format(sample.shown));
  shown.hidden = false;
}

// How far one has read: the newest post that was on the screen, said when one has stopped for a moment.
function reading(list) {
  let newest = 0n, said = 0n, timer = 0;
  const csrf = document.querySelector("input[name=csrf]")?.value;
  const say = () => {
    if (newest <= said || !csrf) return;
    said = newest;
    fetch("/read", { method: "POST", keepalive: true, body: new URLSearchParams({ csrf, id: String(newest) }) });
  };
  const seen = new IntersectionObserver((found) => {
    for (const one of found) {
      const id = one.isIntersecting ? BigInt(one.target.dataset.post) : 0n;
      if (id > newest) newest = id;
    }
    clearTimeout(timer);
    timer = setTimeout(say, 1500);
  });
  const look = () => list.querySelectorAll(":scope > .post[data-post]").forEach((node) => seen.observe(node));
  new MutationObserver(look).observe(list, { childList: true });
  look();
  document.addEventListener("visibilitychange", () => { if (document.hidden) say(); });
}

export function member() {
  if (!document.querySelector("[data-stream-state]")) return;
  const lists = [...document.querySelectorAll("[data-place]")].filter((list) => list.dataset.place);
  for (const list of lists) {
    barOf(list)?.querySelector("button").addEventListener("click", () => open(list));
    tell(list);
    const bar = barOf(list);
    if (bar) bar.hidden = false;
    if (list.dataset.place === "home") reading(list);
  }
  unread(Object.fromEntries([...document.querySelectorAll("[data-unread]")].map((way) => [way.dataset.unread, way.querySelector(".badge")?.textContent ?? ""])));
  const asked = new URLSearchParams({ path: location.pathname });
  for (const list of lists) asked.append("place[]", list.dataset.place);
  let last = document.querySelector("[data-stream-state]").dataset.after, tries = 0;
  const connect = () => {
    const source = new EventSource(`/stream?${asked}${last ? `&after=${last}` : ""}`);
    source.addEventListener("ready", (event) => { last = event.lastEventId; tries = 0; state(""); elsewhere(JSON.parse(event.data).elsewhere); document.documentElement.dataset.stream = "open"; });
    source.addEventListener("change", (event) => {
      last = event.lastEventId;
      const told = JSON.parse(event.data);
      for (const one of told.new) {
        for (const list of lists) {
          if (!one.places.includes(list.dataset.place) || list.querySelector(`[data-post="${one.id}"]`)) continue;
          wait(list, settled(list, made(one.html)));
        }
      }
      for (const [id, html] of Object.entries(told.changed)) change(id, html);
      told.gone.forEach(gone);
      const lines = lists.find((list) => list.dataset.place === "notifications");
      if (lines) Object.values(told.notices).reverse().forEach((html) => wait(lines, settled(lines, made(html))));
      if (told.unread) unread(told.unread);
      if (told.sample) sampled(told.sample);
    });
    source.addEventListener("error", () => {
      state(navigator.onLine ? "lost" : "offline");
      delete document.documentElement.dataset.stream;
      // The browser itself tries again unless it was refused; then a session may have ended
      if (source.readyState !== EventSource.CLOSED) return;
      tries += 1;
      if (tries > 5) state("ended");
      else setTimeout(connect, 1000 * 2 ** tries);
    });
  };
  connect();
}
