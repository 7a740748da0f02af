// Files of a post: uploaded as they are chosen, dropped or pasted; described, moved, cropped and removed before posting.
import { words } from "./emoji.js";

let made = 0;
const STEP = 0.05;

function labelled(text, input) {
  const label = Object.assign(document.createElement("label"), { textContent: text });
  input.id = label.htmlFor = `chosen-${++made}`;
  return [label, input];
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function slider(text, value, change) {
  const input = Object.assign(document.createElement("input"), { type: "range", min: "-1", max: "1", step: String(STEP) });
  input.value = value;
  input.addEventListener("input", change);
  return labelled(text, input);
}

const within = (value) => Math.max(-1, Math.min(1, value));

// The picture as a whole: where one presses, or moves the mark to by the arrows, must stay in view wherever it is cropped.
function crop(picture, focus) {
  const say = words(), box = document.createElement("details");
  box.append(Object.assign(document.createElement("summary"), { textContent: say.crop }));
  const now = focus.value ? focus.value.split(",").map(Number) : [0, 0];
  const frame = Object.assign(document.createElement("div"), { className: "crop", tabIndex: 0 });
  const mark = Object.assign(document.createElement("span"), { className: "mark-of-crop" });
  frame.setAttribute("role", "application");
  frame.setAttribute("aria-label", say.point);
  frame.append(Object.assign(new Image(), { src: picture.src, alt: "", draggable: false }), mark);
  const show = () => {
    const [x, y] = [Number(across[1].value), -Number(down[1].value)];
    focus.value = `${x},${y}`;
    const at = [`${(x + 1) * 50}%`, `${(1 - y) * 50}%`];
    picture.style.objectPosition = at.join(" ");
    [mark.style.left, mark.style.top] = at;
  };
  const put = (x, y) => { across[1].value = within(x); down[1].value = within(y); show(); };
  const across = slider(say.across, now[0], show), down = slider(say.down, -now[1], show);
  const press = (event) => {
    const area = frame.getBoundingClientRect();
    put(((event.clientX - area.left) / area.width) * 2 - 1, ((event.clientY - area.top) / area.height) * 2 - 1);
  };
  frame.addEventListener("pointerdown", (event) => { event.preventDefault(); frame.focus(); frame.setPointerCapture(event.pointerId); press(event); });
  frame.addEventListener("pointermove", (event) => { if (frame.hasPointerCapture(event.pointerId)) press(event); });
  frame.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    put(Number(across[1].value) + step[0] * STEP, Number(down[1].value) + step[1] * STEP);
  });
  box.append(Object.assign(document.createElement("p"), { className: "faint", textContent: say.point }), frame, ...across, ...down);
  if (focus.value) show();
  return box;
}

// One's own blocks and those of the server (a draft, a form that came back) get the same buttons.
function arm(block) {
  const say = words(), box = block.closest("[data-files]");
  const keep = block.querySelector("[data-keep]");
  keep.type = "hidden";
  block.querySelector(`label[for="${keep.id}"]`)?.remove();
  const tools = Object.assign(document.createElement("p"), { className: "tools" });
  const act = (text, does) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: text });
    button.addEventListener("click", () => { does(); if (button.isConnected) button.focus(); });
    tools.append(button);
  };
  const beside = (step) => { const one = block[step]; return one?.matches("[data-chosen]") ? one : null; };
  act(say.earlier, () => beside("previousElementSibling")?.before(block));
  act(say.later, () => beside("nextElementSibling")?.after(block));
  act(say.remove, () => { block.remove(); box.querySelector("[data-add-files]").focus(); });
  const picture = block.querySelector("img[data-croppable]");
  block.querySelector("[data-alt]").parentElement.append(tools);
  if (picture) block.append(crop(picture, block.querySelector("[data-focus]")));
}

function block(stored, box) {
  const number = box.dataset.partNumber;
  const name = (field) => (number === "0" ? `${field}[]` : `more[${number}][${field}][]`);
  const made = Object.assign(document.createElement("div"), { className: "chosen" });
  made.dataset.chosen = "";
  const focus = hidden(name("focuses"), ""), keep = hidden(name("keep"), stored.id);
  focus.dataset.focus = keep.dataset.keep = "";
  made.append(hidden(name("media_ids"), stored.id), focus);
  if (stored.preview) {
    const picture = Object.assign(new Image(96, 72), { src: stored.preview, alt: "" });
    if (stored.kind === "image") picture.dataset.croppable = "";
    made.append(picture);
  }
  const side = document.createElement("div");
  const alt = Object.assign(document.createElement("input"), { type: "text", name: name("alts"), dir: "auto" });
  alt.dataset.alt = "";
  side.append(...labelled(words().alt, alt), keep);
  made.append(side);
  return made;
}

// What went wrong, as far as one can be told: refused for a reason, too large, no connection, or the server's own fault.
function reason(asked, say) {
  if (asked.status === 413) return say.large;
  if (asked.status === 422) return say.refused;
  if (asked.status === 429) return say.often;
  if (asked.status === 0) return say.cut;
  return asked.status === 403 || asked.status === 404 ? say.expired : say.broken;
}

function upload(form, box, file, place) {
  const say = words();
  const line = Object.assign(document.createElement("div"), { className: "uploading" });
  place.before(line);
  const send = () => {
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", say.going.replace("#", file.name));
    line.className = "uploading";
    line.removeAttribute("role");
    line.replaceChildren(Object.assign(document.createElement("span"), { textContent: say.going.replace("#", file.name) }), bar);
    const body = new FormData();
    body.append("csrf", form.querySelector("[name=csrf]").value);
    body.append("file", file, file.name || "file");
    const asked = new XMLHttpRequest();
    asked.open("POST", "/compose/files");
    asked.setRequestHeader("Accept", "application/json");
    asked.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    asked.addEventListener("loadend", () => {
      if (asked.status === 200) {
        const stored = block(JSON.parse(asked.responseText), box);
        line.replaceWith(stored);
        return arm(stored);
      }
      const button = (text, does) => {
        const one = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: text });
        one.addEventListener("click", does);
        return one;
      };
      line.className = "wrong failed";
      line.setAttribute("role", "alert");
      line.replaceChildren(
        Object.assign(document.createElement("p"), { textContent: `${say.failed.replace("#", file.name)} ${reason(asked, say)}` }),
        button(say.again, send),
        button(say.remove, () => { line.remove(); box.querySelector("[data-add-files]").focus(); }),
      );
    });
    asked.send(body);
  };
  send();
}

function takes(form, box) {
  const say = words(), most = Number(box.dataset.files);
  for (const one of box.querySelectorAll("[data-chosen]")) arm(one);
  for (const one of box.querySelectorAll(".upload")) one.remove();
  const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, accept: "image/*,video/*,audio/*" });
  const adds = labelled(say.add, input).reverse();
  input.dataset.addFiles = "";
  input.className = "sr-only";
  adds[1].className = "button quiet";
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  box.append(...adds, status);
  const add = (files) => {
    box.open = true;
    status.textContent = "";
    for (const file of files) {
      if (box.querySelectorAll("[data-chosen], .uploading").length >= most) { status.textContent = say.full; break; }
      upload(form, box, file, adds[0]);
    }
  };
  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  const part = box.closest("[data-part]") ?? form;
  part.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) { event.preventDefault(); add([...event.clipboardData.files]); }
  });
  part.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); part.classList.add("dropping"); } });
  part.addEventListener("dragleave", (event) => { if (!part.contains(event.relatedTarget)) part.classList.remove("dropping"); });
  part.addEventListener("drop", (event) => {
    part.classList.remove("dropping");
    if (event.dataTransfer.files.length) { event.preventDefault(); add([...event.dataTransfer.files]); }
  });
  let reminded = false;
  form.addEventListener("submit", (event) => {
    if (!box.isConnected || event.defaultPrevented) return;
    const bare = [...box.querySelectorAll("[data-alt]")].find((field) => !field.value.trim());
    const going = box.querySelector(".uploading"), failed = box.querySelector(".failed");
    const posts = !event.submitter || event.submitter.value === "post" || event.submitter.name === "sure";
    if (!going && (!posts || ((!bare || reminded) && !failed))) return;
    event.preventDefault();
    if (going) { status.textContent = say.wait; return; }
    if (failed) { failed.querySelector("button").focus(); return; }
    reminded = true;
    status.textContent = say.missing;
    bare.focus();
  });
}

export function files(root) {
  if (!document.querySelector("#composer-words")) return;
  for (const box of root.querySelectorAll("form.compose [data-files]:not([data-armed])")) {
    box.dataset.armed = "yes";
    takes(box.closest("form"), box);
  }
}
