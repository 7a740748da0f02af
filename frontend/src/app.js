// The pages as an app: the service worker, where browsers have one (https, or this machine).
export function app() {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js").catch(() => {});
}
