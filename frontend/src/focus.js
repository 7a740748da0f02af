// A post that is put in anew when a button under it was pressed: whoever was in it still is.
let was = null;

export function keeping() {
  document.addEventListener("submit", (event) => {
    const post = event.target.closest(".post"), at = document.activeElement;
    if (!post?.id || !post.contains(at)) { was = null; return; }
    was = { id: post.id, act: at === post ? "" : event.submitter?.dataset.act ?? "" };
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    const post = was && document.getElementById(was.id);
    if (!post || (document.activeElement && document.activeElement !== document.body)) return;
    const button = was.act && post.querySelector(`[data-act="${was.act}"]`);
    if (!button) post.tabIndex = -1;
    (button || post).focus({ preventScroll: true });
    was = null;
  });
}
