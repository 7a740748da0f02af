// What one writes is kept among the drafts after a pause. The line says so once; a screen reader is not told again and again.
const PAUSE = 2500, LONGEST = 15000;

function written(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File || name === "do" || name === "face") data.delete(name);
  return data;
}

const told = (data) => JSON.stringify([...data].filter(([name]) => !["csrf", "once", "draft"].includes(name)));

export function autosave(root) {
  for (const form of root.querySelectorAll("form.compose:not([data-keeps])")) {
    const line = form.querySelector("[data-kept]");
    if (!line) continue;
    form.dataset.keeps = "yes";
    let saved = told(written(form)), timer = 0, since = 0, going = null, sent = false;
    const mark = (id) => {
      const had = form.querySelector("input[name=draft]");
      if (!id) return had?.remove();
      const field = had ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "draft" }));
      field.value = id;
    };
    const save = async (data, now) => {
      const answer = await fetch("/compose/keep", { method: "POST", body: data, keepalive: document.hidden }).catch(() => null);
      if (!answer?.ok) {
        line.textContent = line.dataset.not;
        timer = setTimeout(keep, LONGEST);
        return;
      }
      saved = now;
      const { draft } = await answer.json();
      mark(draft);
      const said = draft ? line.dataset.kept : "";
      if (line.textContent !== said) line.textContent = said;
    };
    const keep = async () => {
      clearTimeout(timer);
      since = 0;
      if (sent || going || !form.isConnected) return;
      const data = written(form), now = told(data);
      if (now === saved) return;
      going = save(data, now);
      await going;
      going = null;
      if (told(written(form)) !== now) later();
    };
    const later = () => {
      since ||= Date.now();
      clearTimeout(timer);
      timer = setTimeout(keep, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
    };
    form.addEventListener("input", later);
    form.addEventListener("input", () => form.classList.remove("small"), { once: true }); // what was written stays in full view
    form.addEventListener("change", later);
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
    // A draft that is being kept while the post is sent would stay behind: the sending waits for its number
    form.addEventListener("submit", async (event) => {
      if (event.defaultPrevented) return;
      clearTimeout(timer);
      if (!going || sent) { sent = true; setTimeout(() => { sent = false; }, 5000); return; }
      event.preventDefault();
      await going;
      sent = true;
      form.requestSubmit(event.submitter?.isConnected ? event.submitter : undefined);
    });
  }
}
