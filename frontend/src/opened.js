// What a reader has opened (a warning, a filter's cover) stays open when the post is put in anew.
const covers = (post) => [...post.querySelectorAll("details.warning")];
let was = null;

export function carry(old, fresh) {
  const open = covers(old).map((one) => one.open);
  covers(fresh).forEach((one, at) => { one.open = open[at] ?? one.open; });
}

export function opened() {
  document.addEventListener("submit", (event) => { const post = event.target.closest(".post"); was = post?.id ? post.cloneNode(true) : null; }, true);
  document.addEventListener("htmx:after:swap", () => {
    const post = was && document.getElementById(was.id);
    if (!post) return;
    carry(was, post);
    was = null;
  });
}
