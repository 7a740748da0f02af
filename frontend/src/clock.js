// The programme clock: what was said, again, at the pace of a clock or of a recording that stays on this computer.
import { counted, put } from "./live.js";

const STEP = 1000;
const hands = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });

export function clock() {
  const box = document.querySelector("[data-clock]");
  if (!box) return;
  const list = document.querySelector("#live-posts");
  const find = (name) => box.querySelector(`[data-${name}]`);
  const first = Date.parse(box.dataset.first), last = Date.parse(box.dataset.last);
  const film = find("screen");
  let now = first, timer = 0, asked = false;

  const show = () => {
    find("now").textContent = hands.format(now);
    if (last > first) find("place").value = String(Math.round((1000 * (now - first)) / (last - first)));
  };
  const advance = async (to) => {
    if (asked || to <= now) return;
    asked = true;
    const start = new Date(Math.max(now, to - 3_600_000)).toISOString(), end = new Date(to).toISOString();
    const speed = Math.max(1, Number(find("speed").value));
    const seconds = film.hidden ? Math.max(0.1, (to - now) / 1000 / speed) : (to - now) / 1000;
    try {
      const answer = await fetch(`${box.dataset.clock}?${new URLSearchParams({ start, end, seconds })}`);
      if (answer.ok) {
        const frame = await answer.json();
        put(list, frame.html);
        counted(document, frame);
      }
    } finally { asked = false; }
    now = to;
    show();
  };
  const stop = () => { clearInterval(timer); timer = 0; };
  const play = () => {
    stop();
    timer = setInterval(() => {
      if (!film.hidden) return;
      if (now >= last) return stop();
      advance(Math.min(last, now + STEP * Number(find("speed").value)));
    }, STEP);
  };
  const jump = (to) => { now = to; list.replaceChildren(); show(); };

  find("play").addEventListener("click", () => (film.hidden ? play() : film.play()));
  find("stop").addEventListener("click", () => (film.hidden ? stop() : film.pause()));
  find("place").addEventListener("change", (event) => jump(first + ((last - first) * event.target.value) / 1000));
  find("film").addEventListener("change", (event) => {
    const file = event.target.files[0];
    if (!file) return;
    stop();
    film.src = URL.createObjectURL(file);
    film.hidden = false;
  });
  const begins = find("begins");
  // by the clock of who looks, as everything on the page
  begins.value = new Date(first - new Date(first).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  const at = () => (Date.parse(begins.value) || first) + film.currentTime * 1000;
  film.addEventListener("seeking", () => jump(at()));
  film.addEventListener("timeupdate", () => advance(Math.min(last, at())));
  show();
}
