// A thread in the form: one more post, or one less. Without scripts the same button brings the form back with one more.
export function parts(root, arm) {
  for (const form of root.querySelectorAll("form.compose:not([data-parts])")) {
    const adds = form.querySelector("[data-add-part]");
    if (!adds) continue;
    form.dataset.parts = "yes";
    const mould = form.querySelector("[data-another]"), line = adds.closest("p");
    const send = form.querySelector("[data-post-all]");
    const alone = send.textContent;
    let next = form.querySelectorAll("[data-part]").length;
    const all = () => [...form.querySelectorAll("fieldset[data-part]")];
    const count = () => {
      all().forEach((part, at) => { const legend = part.querySelector("legend"); legend.textContent = legend.textContent.replace(/\d+|__N__/, String(at + 2)); });
      send.textContent = all().length ? send.dataset.postAll : alone === send.dataset.postAll ? send.dataset.post : alone;
    };
    const droppable = (part) => {
      const hint = part.querySelector("[data-drop-part]");
      const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: hint.dataset.dropPart });
      button.addEventListener("click", () => {
        const before = part.previousElementSibling;
        part.remove();
        count();
        before.querySelector("textarea")?.focus();
        form.dispatchEvent(new Event("input"));
      });
      hint.replaceChildren(button);
    };
    all().forEach(droppable);
    adds.addEventListener("click", (event) => {
      event.preventDefault();
      const holder = document.createElement("div");
      holder.innerHTML = mould.innerHTML.replaceAll("__n__", String(next));
      next += 1;
      const part = holder.firstElementChild;
      line.before(part);
      droppable(part);
      count();
      arm(form.parentElement);
      part.querySelector("textarea").focus();
    });
  }
}

// The choices of a poll: two to begin with, one more or less at a press.
export function polls(root) {
  for (const box of root.querySelectorAll("form.compose [data-poll]:not([data-armed])")) {
    box.dataset.armed = "yes";
    const tools = box.querySelector(".tools") ?? document.createElement("p"), say = document.querySelector("#composer-words").dataset;
    const rows = () => [...box.querySelectorAll(".option")];
    const most = Number(box.dataset.poll);
    const adds = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: say.option });
    const settle = () => {
      rows().forEach((row, at) => {
        const name = say.choice.replace("#", String(at + 1)), field = row.querySelector("input");
        field.placeholder = row.querySelector("label").textContent = name;
        field.id = row.querySelector("label").htmlFor = `option${box.dataset.tail}-${at}`;
        row.querySelector("button").setAttribute("aria-label", `${say.remove}: ${name}`);
        row.querySelector("button").hidden = rows().length <= 2;
      });
      adds.hidden = rows().length >= most;
    };
    const arm = (row) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "×" });
      button.addEventListener("click", () => {
        const other = row.nextElementSibling.matches(".option") ? row.nextElementSibling : row.previousElementSibling;
        row.remove();
        settle();
        other.querySelector("input").focus();
      });
      row.append(button);
    };
    for (const row of rows().slice(2).reverse()) {
      if (row.querySelector("input").value) break;
      row.remove();
    }
    rows().forEach(arm);
    adds.addEventListener("click", () => {
      const row = rows()[0].cloneNode(true);
      row.querySelector("button").remove();
      row.querySelector("input").value = "";
      arm(row);
      rows().at(-1).after(row);
      settle();
      row.querySelector("input").focus();
    });
    tools.className = "tools";
    tools.replaceChildren(adds);
    rows().at(-1).after(tools);
    settle();
  }
}
