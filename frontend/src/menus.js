// Menus are <details>: they close when one looks elsewhere or presses Escape, as menus do.
export function menus() {
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest?.("details.menu[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
}
