// Columns: what comes flows in where one reads the top; they are moved, removed and looked through without loading the page.
import htmx from "htmx.org/dist/htmx.esm.js";

const AGAIN = 60_000;
const all = () => [...document.querySelectorAll("[data-column]")];

// At the top of its column, which nobody is in with keyboard or pointer, a post may come by itself; elsewhere it waits
export function atTop(list) {
  const column = list.closest("[data-column]");
  return Boolean(column) && column.querySelector(".scroll").scrollTop < 8 && !column.matches(":hover, :focus-within") && !document.hidden;
}

// A post stands in several columns: in each its ids and ways back are that column's
export function settled(place, node) {
  const column = place.closest("[data-column]")?.dataset.column;
  if (!column) return node;
  for (const one of [node, ...node.querySelectorAll(".post[id]")]) if (/^(quoted-)?post-/.test(one.id)) one.id = `c${column}-${one.id}`;
  for (const back of node.querySelectorAll("input[name=back]")) back.value = `/columns?at=${column}`;
  return node;
}

function show(column) {
  for (const one of all()) one.classList.toggle("here", one === column);
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === column.dataset.column) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  history.replaceState(null, "", `/columns?at=${column.dataset.column}`);
}

export function enter(column) {
  show(column);
  const first = column.querySelector(".posts > .post, .posts > .told") ?? column;
  const before = [...column.querySelectorAll(".posts > .post, .posts > .told")].find((one) => one.getBoundingClientRect().bottom > column.querySelector(".scroll").getBoundingClientRect().top + 4);
  const at = before ?? first;
  at.tabIndex = -1;
  at.focus({ preventScroll: true });
  column.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function say(text) {
  document.querySelector("[data-columns-say]").textContent = text;
}

async function send(form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  // What the server did not take is shown as it is there
  if (!answer?.ok) location.reload();
}

function move(form, column, by) {
  const there = all(), at = there.indexOf(column) + by;
  if (at < 0 || at >= there.length) return;
  const inside = column.contains(document.activeElement) ? document.activeElement : null;
  const tops = new Map(there.map((one) => [one, one.querySelector(".scroll").scrollTop]));
  if (by < 0) there[at].before(column);
  else there[at].after(column);
  const tab = document.querySelector(`[data-tab="${column.dataset.column}"]`), other = document.querySelector(`[data-tab="${there[at].dataset.column}"]`);
  if (by < 0) other.parentElement.before(tab.parentElement);
  else other.parentElement.after(tab.parentElement);
  for (const [one, top] of tops) one.querySelector(".scroll").scrollTop = top;
  inside?.focus({ preventScroll: true });
  column.scrollIntoView({ block: "nearest", inline: "nearest" });
  say(form.dataset.says.replace("#", at + 1).replace("#", there.length));
  send(form);
}

function press(event) {
  const form = event.target.closest("form[data-column-act]");
  if (!form) return;
  const column = form.closest("[data-column]");
  if (form.dataset.columnAct === "remove") return;  // the page is loaded anew: there is one column less, and a way back
  event.preventDefault();
  form.closest("details").open = false;
  move(form, column, Number(form.elements.by.value));
}

// What was done with a post in one column shows in the others where it stands, too
let acted = null;

function alike() {
  const post = acted && document.getElementById(acted.id);
  if (!post) return;
  for (const other of document.querySelectorAll(`.columns .post[data-post="${acted.post}"]`)) {
    if (other === post || other.contains(document.activeElement)) continue;
    const twin = post.cloneNode(true);
    for (const one of [twin, ...twin.querySelectorAll("*")]) {
      one.removeAttribute("data-htmx-powered");
      if (one.id) one.id = one.id.replace(/^c\d+-/, "");
    }
    twin.removeAttribute("tabindex");
    settled(other, twin);
    other.replaceWith(twin);
    htmx.process(twin);
  }
  acted = null;
}

// A search has no stream: it is looked at again, where one reads the top. In a surge more may come at once than a page
async function again(column) {
  const list = column.querySelector(".posts");
  if (document.hidden || !atTop(list)) return;
  const answer = await fetch(`/columns/${column.dataset.column}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const found = document.createRange().createContextualFragment(await answer.text());
  const note = [...found.children].find((one) => one.matches('[role="note"]'));
  const posts = [...found.querySelectorAll(".post[data-post]")].filter((post) => !post.parentElement?.closest(".post"));
  if (posts.length && !posts.some((post) => document.getElementById(post.id))) {
    list.replaceChildren(found);
    htmx.process(list);
    return;
  }
  for (const post of posts.reverse()) {
    if (document.getElementById(post.id)) continue;
    list.prepend(post);
    htmx.process(post);
  }
  list.querySelector(':scope > [role="note"]')?.remove();
  if (note) list.prepend(note);
}

export function columns() {
  if (!document.querySelector(".columns")) return;
  document.addEventListener("submit", press);
  document.addEventListener("submit", (event) => {
    const post = event.target.closest(".post[data-post]");
    acted = post ? { id: post.id, post: post.dataset.post } : null;
  }, true);
  document.addEventListener("htmx:after:swap", alike);
  document.querySelector("[data-tabs]").addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (!tab || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(document.querySelector(`[data-column="${tab.dataset.tab}"]`));
  });
  for (const column of all()) if (column.dataset.again) setInterval(() => again(column), AGAIN);
}
