// A picture as large as the window, with those beside it. Without scripts, and with a modifier held, its link leads to the file.
export function gallery() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".media .pic > a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show([...link.closest(".media").querySelectorAll(".pic > a")], link);
  });
}

function show(all, link) {
  const say = document.querySelector("[data-help]").dataset;
  const box = document.createElement("dialog");
  box.className = "gallery";
  const picture = new Image(), words = document.createElement("p");
  let at = all.indexOf(link);
  const put = () => {
    const small = all[at].querySelector("img");
    picture.src = all[at].href;
    picture.alt = small.alt;
    words.textContent = all[at].parentElement.querySelector(".alt > p")?.textContent ?? "";
    box.setAttribute("aria-label", `${at + 1} / ${all.length}`);
  };
  const step = (by) => { at = (at + by + all.length) % all.length; put(); };
  const button = (label, sign, does) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", does);
    return made;
  };
  const tools = document.createElement("p");
  tools.className = "tools";
  tools.append(button(say.close, "×", () => box.close()));
  if (all.length > 1) tools.prepend(button(say.previous, "←", () => step(-1)), button(say.next, "→", () => step(1)));
  box.append(tools, picture, words);
  box.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && all.length > 1) { event.preventDefault(); step(by); }
  });
  box.addEventListener("click", (event) => { if (event.target === box || event.target === picture) box.close(); });
  box.addEventListener("close", () => { box.remove(); if (link.isConnected) link.focus({ preventScroll: true }); });
  document.body.append(box);
  put();
  box.showModal();
}
