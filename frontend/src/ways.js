// On a phone the ways that do not fit at the thumb are folded behind a button; without scripts they are scrolled to.
export function ways() {
  const button = document.querySelector("[data-unfold]"), nav = button?.closest("nav");
  if (!nav) return;
  button.hidden = false;
  nav.dataset.folds = "";
  const unfold = (open) => {
    nav.toggleAttribute("data-unfolded", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => unfold(!("unfolded" in nav.dataset)));
  document.addEventListener("click", (event) => { if (!nav.contains(event.target)) unfold(false); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !("unfolded" in nav.dataset)) return;
    unfold(false);
    button.focus();
  });
}
