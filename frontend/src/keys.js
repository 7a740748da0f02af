// Mastodon's keyboard shortcuts, for whoever has posts on the page. They do nothing while something is being written.
const WRITING = "input, textarea, select, [contenteditable]";
const ways = { h: "/", n: "/notifications", l: "/public", p: "[data-own-profile]", u: "/favourites", s: "/search" };

function posts() {
  return [...document.querySelectorAll(".posts > .post, .conversation > .post")];
}

function current() {
  return document.activeElement?.closest(".post");
}

function step(by) {
  const all = posts();
  const at = all.indexOf(current());
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (!next) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(name) {
  current()?.querySelector(`[data-act~="${name}"]`)?.click();
}

const acts = {
  j: () => step(1),
  k: () => step(-1),
  r: () => press("reply"),
  f: () => press("favourite"),
  b: () => press("boost"),
  d: () => press("bookmark"),
  q: () => press("quote"),
  o: () => current()?.querySelector(".when > a")?.click(),
  Enter: () => current()?.querySelector(".when > a")?.click(),
  x: () => current()?.querySelector("details.warning > summary")?.click(),
  "?": () => { location.href = "/keyboard"; },
  "/": () => (document.querySelector("input[type=search]") ?? { focus: () => { location.href = "/search"; } }).focus(),
};

let after = "";

export function keyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(WRITING)) {
      if (event.key === "Escape" && event.target.closest(WRITING)) event.target.blur();
      return;
    }
    if (after === "g") {
      after = "";
      const way = ways[event.key];
      if (way) location.href = way.startsWith("/") ? way : document.querySelector(way)?.href ?? "/";
      return;
    }
    if (event.key === "g") { after = "g"; return; }
    if (event.key === "n" || event.key === "c") {
      const field = document.querySelector("#compose-text");
      if (field) { field.focus(); event.preventDefault(); } else location.href = "/compose";
      return;
    }
    // Enter belongs to the link or button that has the focus
    if (event.key === "Enter" && !event.target.classList.contains("post")) return;
    const act = acts[event.key];
    if (act) { act(); event.preventDefault(); }
  });
}
