// Completes @people, #tags, !groups and :emoji: while one writes. The focus stays in the text (aria-activedescendant).
import { unicode, words } from "./emoji.js";

const WORD = /(?:^|[\s(])([@#!:])([\p{L}\p{N}_.@-]{1,50})$/u;
const WAIT = 150;
let made = 0;

async function suggestions(sign, q) {
  const answer = await fetch(`/complete?${new URLSearchParams({ sign, q })}`);
  const ours = answer.ok ? await answer.json() : [];
  if (sign !== ":" || ours.length > 5) return ours;
  return [...ours, ...(await unicode(q, 6 - ours.length)).map((one) => ({ text: one.text, name: one.name }))];
}

export function put(field, text, from = field.selectionStart) {
  field.setRangeText(text, from, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function completes(field) {
  const id = `suggestions-${++made}`;
  const list = Object.assign(document.createElement("ul"), { id, className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words().suggestions);
  const status = Object.assign(document.createElement("span"), { className: "sr-only" });
  status.setAttribute("role", "status");
  field.after(list, status);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-controls", id);
  let from = 0, turn = 0, timer = 0;

  const close = () => {
    turn++;
    clearTimeout(timer);
    list.hidden = true;
    list.replaceChildren();
    status.textContent = "";
    field.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => { const text = option.dataset.text; close(); put(field, `${text} `, from); };
  const mark = (option) => {
    list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };
  const show = (found) => {
    list.replaceChildren(...found.map((one, n) => {
      const option = Object.assign(document.createElement("li"), { id: `${id}-${n}` });
      option.dataset.text = one.text;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      if (one.picture) option.append(Object.assign(new Image(24, 24), { src: one.picture, alt: "" }));
      option.append(Object.assign(document.createElement("bdi"), { textContent: one.text, className: "said" }));
      if (one.name) option.append(Object.assign(document.createElement("bdi"), { textContent: one.name, className: "faint" }));
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(option); });
      return option;
    }));
    list.hidden = false;
    status.textContent = words().found.replace("#", found.length);
    mark(list.firstElementChild);
  };
  const look = async () => {
    const word = WORD.exec(field.value.slice(0, field.selectionStart));
    if (!word || field.selectionStart !== field.selectionEnd || (word[1] === ":" && word[2].length < 2)) return close();
    const mine = ++turn;
    const start = field.selectionStart - word[2].length - 1;
    const found = await suggestions(word[1], word[2]).catch(() => []);
    if (mine !== turn) return;
    from = start;
    if (found.length) show(found); else close();
  };
  field.addEventListener("input", () => {
    // What is on offer holds for the word that it was found for: Enter after a space is a new line again
    const word = WORD.exec(field.value.slice(0, field.selectionStart));
    if (!list.hidden && (!word || field.selectionStart - word[2].length - 1 !== from)) close();
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const at = list.querySelector("[aria-selected=true]");
    if (event.key === "ArrowDown") mark(at.nextElementSibling ?? list.firstElementChild);
    else if (event.key === "ArrowUp") mark(at.previousElementSibling ?? list.lastElementChild);
    else if (event.key === "Enter" || event.key === "Tab") choose(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

export function completion(root) {
  if (!document.querySelector("#composer-words")) return;
  for (const field of root.querySelectorAll("form.compose textarea:not([aria-autocomplete]), textarea[data-completes]:not([aria-autocomplete])")) completes(field);
}
