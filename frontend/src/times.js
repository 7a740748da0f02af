// Times as the reader's own clock has them: of late "5 min ago", the exact moment on hover. Without scripts they are by the network's clock, and the page says so.
const language = document.documentElement.lang;
const ago = new Intl.RelativeTimeFormat(language, { style: "short", numeric: "always" });
const sameYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const years = new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
const DAY = 86_400;

function said(when) {
  const seconds = (Date.now() - when) / 1000;
  if (seconds >= 0 && seconds < 60) return ago.format(-Math.floor(seconds), "second");
  if (seconds >= 60 && seconds < 3600) return ago.format(-Math.floor(seconds / 60), "minute");
  if (seconds >= 3600 && seconds < DAY) return ago.format(-Math.floor(seconds / 3600), "hour");
  return (when.getFullYear() === new Date().getFullYear() ? sameYear : years).format(when);
}

// Only what is written as a moment ("30 Nov, 12:29", "12:29"): other words ("edited", a whole date) stay
function form_of(text) {
  if (/^\d\d:\d\d$/.test(text)) return "clock";
  if (/\d\d:\d\d:\d\d /.test(text)) return "exact";
  return /\d\d:\d\d$/.test(text) ? "moment" : "";
}

function put(time) {
  const form = time.dataset.form ?? form_of(time.textContent.trim());
  time.dataset.form = form;
  const when = new Date(time.dateTime);
  if (Number.isNaN(when.valueOf())) return;
  if (form || time.title) time.title = exact.format(when);
  const text = form === "moment" ? said(when) : form === "clock" ? clock.format(when) : form === "exact" ? exact.format(when) : null;
  if (text !== null && text !== time.textContent) time.textContent = text;
}

const all = (root) => root.querySelectorAll?.("time[datetime*=T]") ?? [];

const short = new Intl.DateTimeFormat(language, { timeZoneName: "short" });

const local = (when) => new Date(when - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

// A field that is asked for by the network's clock is filled in by the reader's own; what is sent is the moment itself
function field(input) {
  const label = input.form && document.querySelector(`label[for="${input.id}"] [data-zone]`);
  if (!label || !input.name) return;
  label.textContent = label.dataset.zone.replace("%(zone)s", short.formatToParts().find((part) => part.type === "timeZoneName").value);
  const given = input.dataset.moment;
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: input.name, value: given || input.value });
  input.removeAttribute("name");
  input.after(hidden);
  if (given) input.value = local(new Date(given));
  input.addEventListener("input", () => { hidden.value = input.value ? new Date(input.value).toISOString().slice(0, 16) + "Z" : ""; });
}

export function times() {
  for (const one of document.querySelectorAll("input[data-moment]")) field(one);
  for (const one of all(document)) put(one);
  const note = document.querySelector("[data-utc]");
  if (note) note.hidden = true;
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) for (const one of all(node)) put(one);
  }).observe(document.body, { childList: true, subtree: true });
  setInterval(() => { if (!document.hidden) for (const one of document.querySelectorAll("time[data-form=moment]")) put(one); }, 30_000);
}
