// Lets this browser be told what is new when no page is open: permission, a subscription, and the form that carries it.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const same = (a, b) => a && a.byteLength === b.byteLength && new Uint8Array(a).every((one, at) => one === b[at]);

async function subscribed(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  if (known && same(known.options.applicationServerKey, key)) return known;
  await known?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

export function push() {
  const form = document.querySelector("form[data-push]");
  if (!form || "joined" in form.dataset) return;
  const state = document.querySelector("[data-push-state]"), button = form.querySelector("[data-join]");
  const say = (name) => { state.hidden = false; state.textContent = state.dataset[name]; };
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return say("unable");
  if (Notification.permission === "denied") return say("denied");
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      if (await Notification.requestPermission() !== "granted") return say("denied");
      const made = (await subscribed(bytes(form.dataset.push))).toJSON();
      form.elements.endpoint.value = made.endpoint;
      form.elements.p256dh.value = made.keys.p256dh;
      form.elements.auth.value = made.keys.auth;
      form.submit();
    } catch { say("failed"); } finally { button.disabled = false; }
  });
}
