// Files of a post: uploaded as they are chosen, dropped or pasted; described, moved, cropped and removed before posting.
import { words } from "./emoji.js";

let made = 0;

function labelled(text, input) {
  const label = Object.assign(document.createElement("label"), { textContent: text });
  input.id = label.htmlFor = `chosen-${++made}`;
  return [label, input];
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

function slider(text, value, change) {
  const input = Object.assign(document.createElement("input"), { type: "range", min: "-1", max: "1", step: "0.1" });
  input.value = value;
  input.addEventListener("input", change);
  return labelled(text, input);
}

// One's own blocks and those of the server (a draft, a form that came back) get the same buttons.
function arm(block) {
  const say = words();
  const keep = block.querySelector("[name='keep[]']");
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
  act(say.remove, () => { const form = block.closest("form"); block.remove(); form.querySelector("[data-add-files]").focus(); });
  const picture = block.querySelector("img"), focus = block.querySelector("[name='focuses[]']");
  const parts = [tools];
  if (picture) {
    const crop = document.createElement("details");
    crop.append(Object.assign(document.createElement("summary"), { textContent: say.crop }));
    const now = focus.value ? focus.value.split(",") : ["0", "0"];
    const change = () => {
      focus.value = `${across[1].value},${-down[1].value}`;
      picture.style.objectPosition = `${(Number(across[1].value) + 1) * 50}% ${(Number(down[1].value) + 1) * 50}%`;
    };
    const across = slider(say.across, now[0], change), down = slider(say.down, String(-Number(now[1])), change);
    crop.append(...across, ...down);
    parts.push(crop);
  }
  block.querySelector("[name='alts[]']").parentElement.append(...parts);
}

function block(stored) {
  const box = Object.assign(document.createElement("div"), { className: "chosen" });
  box.dataset.chosen = "";
  box.append(hidden("media_ids[]", stored.id), hidden("focuses[]", ""));
  if (stored.preview) box.append(Object.assign(new Image(96, 72), { src: stored.preview, alt: "" }));
  const side = document.createElement("div");
  side.append(...labelled(words().alt, Object.assign(document.createElement("input"), { type: "text", name: "alts[]", dir: "auto" })), hidden("keep[]", stored.id));
  box.append(side);
  arm(box);
  return box;
}

function upload(form, file, place) {
  const say = words();
  const line = Object.assign(document.createElement("p"), { className: "uploading" });
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", say.going.replace("#", file.name));
  line.append(Object.assign(document.createElement("span"), { textContent: say.going.replace("#", file.name) }), bar);
  place.before(line);
  const body = new FormData();
  body.append("csrf", form.querySelector("[name=csrf]").value);
  body.append("file", file, file.name || "file");
  const asked = new XMLHttpRequest();
  asked.open("POST", "/compose/files");
  asked.setRequestHeader("Accept", "application/json");
  asked.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
  asked.addEventListener("loadend", () => {
    if (asked.status === 200) return line.replaceWith(block(JSON.parse(asked.responseText)));
    line.className = "wrong";
    line.setAttribute("role", "alert");
    line.textContent = say.failed.replace("#", file.name);
  });
  asked.send(body);
}

function takes(form) {
  const box = form.querySelector("[data-files]");
  const say = words(), most = Number(box.dataset.files);
  for (const one of box.querySelectorAll("[data-chosen]")) arm(one);
  for (const one of box.querySelectorAll(".upload")) one.remove();
  const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, accept: "image/*,video/*,audio/*" });
  const adds = labelled(say.add, input);
  input.dataset.addFiles = "";
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  box.append(...adds, status);
  const add = (files) => {
    box.open = true;
    status.textContent = "";
    for (const file of files) {
      if (box.querySelectorAll("[data-chosen], .uploading").length >= most) { status.textContent = say.full; break; }
      upload(form, file, adds[0]);
    }
  };
  input.addEventListener("change", () => { add([...input.files]); input.value = ""; });
  form.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) { event.preventDefault(); add([...event.clipboardData.files]); }
  });
  form.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); form.classList.add("dropping"); } });
  form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) form.classList.remove("dropping"); });
  form.addEventListener("drop", (event) => {
    form.classList.remove("dropping");
    if (event.dataTransfer.files.length) { event.preventDefault(); add([...event.dataTransfer.files]); }
  });
  let reminded = false;
  form.addEventListener("submit", (event) => {
    const bare = [...box.querySelectorAll("[name='alts[]']")].find((field) => !field.value.trim());
    const going = box.querySelector(".uploading");
    if (event.submitter?.value === "draft" || (!going && (!bare || reminded))) return;
    event.preventDefault();
    if (going) return;
    reminded = true;
    status.textContent = say.missing;
    bare.focus();
  });
}

export function files(root) {
  if (!document.querySelector("#composer-words")) return;
  for (const box of root.querySelectorAll("form.compose [data-files]:not([data-armed])")) {
    box.dataset.armed = "yes";
    takes(box.closest("form"));
  }
}
