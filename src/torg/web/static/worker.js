// The service worker: keeps files that are the same for everybody, and the page for who is offline. Nothing that was read.
const FILES = [/* files */];
const KEPT = "torg " + FILES.join(" ");
const OFFLINE = "/offline";

self.addEventListener("install", (event) => {
  const page = new Request(OFFLINE, { cache: "reload", credentials: "same-origin" });
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([page, ...FILES])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (FILES.includes(url.pathname + url.search)) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  }
});
