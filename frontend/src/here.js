// Writing without leaving the columns: the form of /compose in a dialog, sent from there; what is refused is shown in it.
import { done } from "./undo.js";

let arm = () => {};

const read = (html) => new DOMParser().parseFromString(html, "text/html");

function put(box, main) {
  const close = box.querySelector("[data-close-here]");
  box.replaceChildren(close, ...main.childNodes);
  arm(box);
  box.querySelector("[autofocus], #compose-text")?.focus();
}

async function sent(event, box) {
  const form = event.target.closest("form.compose");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter;
  const data = new FormData(form, button?.name ? button : undefined);
  if (button) button.disabled = true;
  const answer = await fetch(form.action, { method: "POST", body: data }).catch(() => null);
  if (button) button.disabled = false;
  if (!answer) return;
  const page = read(await answer.text()), main = page.querySelector("main"), again = main?.querySelector("form.compose.opened");
  if (answer.redirected && !new URL(answer.url).pathname.startsWith("/compose")) {
    box.close();
    done(page.querySelector("[data-done-here]"));
  } else if (again) put(box, main);
  else location.href = answer.url;
}

async function open(href) {
  const answer = await fetch(href).catch(() => null);
  const main = answer?.ok && read(await answer.text()).querySelector("main");
  if (!main?.querySelector("form.compose")) { location.href = href; return; }
  const box = document.createElement("dialog"), before = document.activeElement;
  box.className = "here";
  box.setAttribute("aria-label", main.querySelector("h1")?.textContent ?? "");
  const close = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: document.querySelector("[data-help]").dataset.close });
  close.dataset.closeHere = "";
  close.addEventListener("click", () => box.close());
  box.append(close);
  box.addEventListener("submit", (event) => sent(event, box));
  box.addEventListener("close", () => { box.remove(); if (before?.isConnected) before.focus({ preventScroll: true }); });
  document.body.append(box);
  box.showModal();
  put(box, main);
}

// Links to the form within the columns, and the shortcuts that lead there
export function here(composing) {
  if (!document.querySelector("[data-here]")) return;
  arm = composing;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='/compose'], [data-column] a[data-act=reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const reply = link.dataset.act === "reply" && /\/(\d+)#/.exec(link.getAttribute("href"));
    open(reply ? `/compose?reply_to=${reply[1]}` : link.getAttribute("href"));
  });
}

export function writes(path) {
  if (!path.startsWith("/compose") || !document.querySelector("[data-here]")) return false;
  open(path);
  return true;
}
