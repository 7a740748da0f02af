// The switcher between a person's faces: the menu brings what is new in each when it is opened.
export function faces() {
  const menu = document.querySelector("details[data-faces]");
  const place = menu?.querySelector("[data-faces-here]");
  if (!place) return;
  menu.addEventListener("toggle", async () => {
    if (!menu.open) return;
    if (!place.childElementCount) place.textContent = place.dataset.wait;
    try {
      const answer = await fetch(menu.dataset.faces);
      // A session that has ended leads to the login page, which is no part of a menu
      if (!answer.ok || answer.redirected) throw new Error("no faces");
      place.innerHTML = await answer.text();
    } catch {
      place.textContent = place.dataset.failed;
    }
  });
}

export function elsewhere(count) {
  const badge = document.querySelector("[data-elsewhere]");
  if (!badge) return;
  badge.hidden = !count;
  badge.textContent = count ? String(count) : "";
  badge.setAttribute("aria-label", count ? badge.dataset.says.replace("#", count) : "");
  if (count) badge.setAttribute("role", "img");
}
