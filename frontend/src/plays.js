// Short films without sound play while they are on the screen, for readers who chose so and whose device does not ask for less motion.
export function plays() {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const stopped = new WeakSet(); // by the reader's own hand
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) target.pause();
      else if (!still.matches && !stopped.has(target)) target.play().catch(() => {});
    }
  }, { threshold: 0.5 });
  const arm = (film) => {
    seen.observe(film);
    film.addEventListener("pause", () => { if (film.getBoundingClientRect().bottom > 0 && film.getBoundingClientRect().top < innerHeight && !film.ended) stopped.add(film); });
    film.addEventListener("play", () => stopped.delete(film));
  };
  const look = (root) => { for (const film of root.querySelectorAll?.("video[data-plays]") ?? []) arm(film); };
  look(document);
  const main = document.querySelector("main");
  if (main) new MutationObserver((changes) => { for (const change of changes) change.addedNodes.forEach(look); }).observe(main, { childList: true, subtree: true });
}
