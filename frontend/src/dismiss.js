// A notification that was dismissed: whoever was at it goes on at the one that follows, and the last one leaves a word.
export function dismissing() {
  let next = null;
  document.addEventListener("submit", (event) => {
    const line = event.target.closest("form.away")?.closest(".told");
    next = line ? line.nextElementSibling ?? line.previousElementSibling ?? document.querySelector("main") : null;
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    if (!next?.isConnected || (document.activeElement && document.activeElement !== document.body)) return;
    const button = next.querySelector(":scope > form.away button") ?? next;
    if (button.matches("main")) button.tabIndex = -1;
    button.focus({ preventScroll: true });
    next = null;
  });
}
