// What others do with the posts that are on the screen: their numbers are asked for now and then, and changed in place.
const EVERY = 30_000;
const MOST = 20;

function onScreen() {
  const found = [];
  for (const post of document.querySelectorAll(".post[data-post]")) {
    const { top, bottom, width } = post.getBoundingClientRect();
    if (width && bottom > 0 && top < innerHeight) found.push(post);
    if (found.length === MOST) break;
  }
  return found;
}

function put(post, counts) {
  for (const [act, number] of Object.entries(counts)) {
    const button = post.querySelector(`:scope > .acts [data-act~="${act}"]`);
    if (!button) continue;
    let count = button.querySelector(".count");
    if (!number) { count?.remove(); continue; }
    if (!count) { count = document.createElement("span"); count.className = "count"; button.append(count); }
    count.textContent = number;
  }
}

async function look() {
  const posts = document.hidden ? [] : onScreen();
  if (!posts.length) return;
  const asked = new URLSearchParams();
  for (const id of new Set(posts.map((post) => post.dataset.post))) asked.append("ids[]", id);
  const answer = await fetch(`/counts?${asked}`).catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.json();
  for (const post of posts) if (found[post.dataset.post]) put(post, found[post.dataset.post]);
}

export function counts() {
  if (!document.querySelector("[data-stream-state]") || !document.querySelector(".post[data-post]")) return;
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
