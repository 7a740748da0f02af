// The line that says what was just done, with the way back; it stays until the next thing is done or it is closed.
import htmx from "htmx.org/dist/htmx.esm.js";

function put(place, content) {
  place.replaceChildren(content);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "act";
  close.textContent = "×";
  close.setAttribute("aria-label", place.dataset.close);
  close.addEventListener("click", () => place.replaceChildren());
  place.append(close);
  htmx.process(place);
}

// What was done by a form that was sent without leaving the page, as the next page would have said it
export function done(came) {
  const place = document.querySelector("[data-done-here]");
  if (!place || !came?.childElementCount) return;
  const said = document.createDocumentFragment();
  for (const one of came.children) if (!one.matches("button.act")) said.append(document.importNode(one, true));
  put(place, said);
}

export function undoing() {
  const place = document.querySelector("[data-done-here]");
  if (!place) return;
  // What is there when the page comes is put in once more: a screen reader tells of what changes
  if (place.childElementCount) {
    const said = document.createRange().createContextualFragment(place.innerHTML);
    setTimeout(() => put(place, said), 100);
  }
  document.addEventListener("htmx:after:swap", () => {
    const came = document.querySelectorAll("template[data-done]");
    for (const one of came) {
      if (place.contains(document.activeElement)) document.querySelector("main").focus({ preventScroll: true });
      put(place, one.content.cloneNode(true));
      one.remove();
    }
  });
}
