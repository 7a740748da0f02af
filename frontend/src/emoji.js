// Emoji: the Unicode ones with their names in two languages, had when first wanted, and a picker for them and the network's.
import { put } from "./complete.js";

const MOST = 240;
let wanted = null;

export const words = () => document.querySelector("#composer-words").dataset;
const swedish = () => document.documentElement.lang.startsWith("sv");
const known = () => (wanted ??= fetch(words().emoji).then((answer) => answer.json()));

const shown = ([text, en, sv]) => ({ text, name: swedish() ? sv : en });

export async function unicode(q, most, group = null) {
  const { emoji } = await known();
  const sought = q.toLowerCase().replaceAll("_", " ");
  const begins = [], has = [];
  for (const one of emoji) {
    if (group !== null && one[3] !== group) continue;
    const names = `${one[swedish() ? 2 : 1]} ${one[swedish() ? 1 : 2]}`.toLowerCase();
    if (names.startsWith(sought) || names.includes(` ${sought}`)) begins.push(one);
    else if (one[4].includes(sought)) has.push(one);
  }
  return [...begins, ...has].slice(0, most).map(shown);
}

function button(one, field, close) {
  const made = Object.assign(document.createElement("button"), { type: "button", title: one.name });
  made.setAttribute("aria-label", one.name);
  if (one.picture) made.append(Object.assign(new Image(24, 24), { src: one.picture, alt: "" }));
  else made.textContent = one.text;
  made.addEventListener("click", () => { close(); put(field, one.picture ? `${one.text} ` : one.text); });
  return made;
}

function picks(field) {
  const say = words();
  const box = Object.assign(document.createElement("details"), { className: "menu picker" });
  box.innerHTML = `<summary class="act"><span aria-hidden="true">☺</span> <span class="word"></span></summary>
    <div class="items"><label class="sr-only"></label><input type="search"><select></select><div class="grid" role="group"></div></div>`;
  const [search, kind, grid] = ["input", "select", ".grid"].map((name) => box.querySelector(name));
  box.querySelector(".word").textContent = say.picker;
  box.querySelector("label").textContent = search.placeholder = say.find;
  box.querySelector("label").htmlFor = search.id = `${field.id}-emoji`;
  kind.setAttribute("aria-label", say.group);
  grid.setAttribute("aria-label", say.picker);
  const close = () => { box.open = false; };
  const fill = async () => {
    const q = search.value.trim();
    const ours = q || kind.value === "own" ? await (await fetch(`/complete?${new URLSearchParams({ sign: ":", q })}`)).json() : [];
    const theirs = q || kind.value !== "own" ? await unicode(q, MOST, q ? null : Number(kind.value)) : [];
    grid.replaceChildren(...[...ours, ...theirs].map((one) => button(one, field, close)));
    if (!grid.children.length) grid.append(Object.assign(document.createElement("p"), { textContent: say.none }));
  };
  box.addEventListener("toggle", async () => {
    if (!box.open) return;
    if (!kind.options.length) {
      for (const [n, en, sv] of (await known()).groups) kind.add(new Option(swedish() ? sv : en, n));
      kind.add(new Option(say.own, "own"));
    }
    search.focus();
    await fill();
  });
  search.addEventListener("input", fill);
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); grid.querySelector("button")?.click(); } });
  kind.addEventListener("change", () => { search.value = ""; fill(); });
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    if (!step) return;
    event.preventDefault();
    event.target[step]?.focus();
  });
  field.dataset.picks = "yes";
  (field.closest(".field").querySelector(".left") ?? field).before(box);
}

export function pickers(root) {
  if (!document.querySelector("#composer-words")) return;
  for (const form of root.querySelectorAll("form.compose")) {
    const first = form.querySelector("textarea");
    for (const field of form.querySelectorAll("textarea:not([data-picks])")) if (field === first || field.dataset.most) picks(field);
  }
}
