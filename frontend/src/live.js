// Posts that come by themselves: on top where one reads the top, else behind a button, so that nothing jumps.
// Numbers come with every frame and are true; where fewer posts are shown than came, the page says so.
const lines = new Intl.NumberFormat(document.documentElement.lang);

const STAYS = 10; // frames
const AGAIN = 5000; // milliseconds
let left = 0;

export function counted(root, frame) {
  for (const [name, value] of Object.entries(frame.counters ?? frame)) {
    const place = root.querySelector(`[data-count="${name}"]`);
    if (place && typeof value === "number") place.textContent = lines.format(value);
  }
  const sample = root.querySelector("[data-sample]");
  // What was declared stays for a while: posts of the sample are still on the screen, and a line that comes and goes makes them jump.
  if (sample && frame.came > 0 && frame.shown >= frame.came && --left <= 0) sample.hidden = true;
  if (sample && frame.shown < frame.came) {
    left = STAYS;
    sample.hidden = false;
    sample.querySelector("[data-shown]").textContent = lines.format(frame.shown);
    sample.querySelector("[data-came]").textContent = lines.format(frame.came);
  }
}

export function put(list, html) {
  for (const one of html) {
    const made = document.createRange().createContextualFragment(one);
    const id = made.querySelector("article")?.id;
    if (id && document.getElementById(id)) continue;
    list.prepend(made);
  }
  while (list.children.length > Number(list.dataset.most)) list.lastElementChild.remove();
  if (list.children.length) document.querySelector("[data-nothing]")?.remove();
}

const number = (article) => article.id.slice(article.id.lastIndexOf("-") + 1);

// What the direction does reaches open pages, too: pins stand above, what is hidden goes
function directed(list, frame) {
  const place = document.querySelector("[data-pinned]");
  if (place && frame.pinned) {
    const made = document.createRange().createContextualFragment(frame.pinned.join(""));
    const ids = [...made.querySelectorAll("article")].map(number), pins = place.querySelector(".posts");
    if (ids.join() !== [...pins.children].map(number).join()) {
      for (const one of [...list.children]) if (ids.includes(number(one))) one.remove();
      pins.replaceChildren(made);
    }
    place.hidden = !ids.length;
  }
  for (const id of frame.gone ?? []) for (const one of [...list.children]) if (number(one) === id) one.remove();
}

export function live() {
  const list = document.querySelector("[data-live]");
  if (!list) return;
  const bar = document.querySelector("[data-held]");
  const always = "always" in list.dataset;
  let held = [];
  const let_in = () => { put(list, held); held = []; if (bar) bar.hidden = true; };
  bar?.querySelector("[data-show-held]").addEventListener("click", () => { let_in(); list.scrollIntoView(); });
  const cut = document.querySelector("[data-cut]");
  const address = new URL(list.dataset.live, location.href);
  const open = () => {
    const source = new EventSource(address);
    source.addEventListener("open", () => { if (cut) cut.hidden = true; });
    source.addEventListener("error", () => {
      if (cut) cut.hidden = false;
      if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN); // a browser gives up where a server answers that it cannot
    });
    source.addEventListener("posts", came);
  };
  const came = (event) => {
    const frame = JSON.parse(event.data);
    address.searchParams.set("after", frame.seq);
    counted(document, frame);
    directed(list, frame);
    if (frame.gone?.length) held = held.filter((html) => !frame.gone.some((id) => html.includes(`id="post-${id}"`)));
    held.push(...frame.html);
    if (always || (scrollY < 200 && !list.contains(document.activeElement))) let_in();
    else if (held.length && bar) {
      held = held.slice(-Number(list.dataset.most));
      bar.hidden = false;
      bar.querySelector("[data-held-count]").textContent = lines.format(held.length);
    }
  };
  open();
}
