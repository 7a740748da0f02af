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

// The browser's push service gave the device another address: the server is told, by the session that joined.
const KEY = "/* key */";

self.addEventListener("pushsubscriptionchange", (event) => {
  const bytes = Uint8Array.from(atob(KEY.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const how = { userVisibleOnly: true, applicationServerKey: bytes };
  event.waitUntil((async () => {
    const fresh = event.newSubscription ?? await self.registration.pushManager.subscribe(how);
    const { endpoint, keys } = fresh.toJSON();
    const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth });
    await fetch("/settings/push/renew", { method: "POST", body, redirect: "manual" });
  })());
});

// What is new, said by the system. The server decides how much of it is told (push/telling.py); nothing is kept here.
self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data.json(); } catch { /* not from us: say only that there is something */ }
  const { title = self.registration.scope, body = "", icon, tag = "torg", path = "/notifications", lang = "" } = told;
  const how = { body, icon, tag, lang, renotify: true, badge: "/static/icon-96.png", data: { path } };
  event.waitUntil(self.registration.showNotification(title, how));
});

// To what it was about, in a window of ours if there is one; never to another host, whatever the message said.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const goal = new URL(event.notification.data?.path ?? "/notifications", self.location.origin);
  if (goal.origin !== self.location.origin) return;
  event.waitUntil(self.clients.matchAll({ type: "window" }).then(async (windows) => {
    const there = windows.find((one) => one.url === goal.href) ?? windows[0];
    if (!there) return self.clients.openWindow(goal.href);
    const shown = there.url === goal.href ? there : await there.navigate(goal.href);
    return shown?.focus().catch(() => {}); // only a real click may bring a window to the front
  }));
});
