// Says how many characters are left in each post, as the server counts them: an address is 23, a mention's host does not count.
const ADDRESS = /https?:\/\/\S+/g;
const HOST = /(^|[^\w/])@(\w[\w.-]*)@[\w.-]+\w/g;
const segmenter = new Intl.Segmenter();

function length(text) {
  const short = text.replace(ADDRESS, "x".repeat(23)).replace(HOST, "$1@$2");
  return [...segmenter.segment(short)].length;
}

export function counting(root) {
  for (const field of root.querySelectorAll("textarea[data-most]:not([data-counted])")) {
    field.dataset.counted = "yes";
    const part = field.closest("[data-part]") ?? field.form;
    const shown = part.querySelector("[data-left]");
    const show = () => {
      const warning = part.querySelector("[name$=spoiler],[name$='[spoiler]']");
      const left = Number(field.dataset.most) - length(field.value) - length(warning ? warning.value : "");
      shown.textContent = String(left);
      shown.classList.toggle("over", left < 0);
    };
    part.addEventListener("input", show);
    show();
  }
}
