// Opens the diary without a signal: the question at once, other pages as they were last seen.

const CACHE = "diary";
const PAGE = "/app/offline";
const QUESTION = /^\/app\/(days\/\d{4}-\d{2}-\d{2}(\/change)?)?$/;
// Seen again without a signal. No other page is kept.
const KEPT = new Set(["/app/days", "/app/help", "/app/call", "/app/more", "/app/questions", "/app/settings"]);
const JOINS = "/app/join/agree";
const PATIENCE_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin || !url.pathname.startsWith("/app/")) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (/^\/app\/(code|static)\//.test(url.pathname)) event.respondWith(file(request));
});

async function file(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request.url)) ?? fetch(request);
}

async function page(request, url) {
  // Somebody joins, perhaps another person: nothing of the one before is shown again.
  if (request.method === "POST" && url.pathname === JOINS) await caches.delete(CACHE);
  const cache = await caches.open(CACHE);
  const question = await cache.match(PAGE);
  if (!question) return fetch(request);
  if (request.method === "GET" && QUESTION.test(url.pathname)) return question;
  const name = request.method === "GET" && !url.search && KEPT.has(url.pathname) ? url.pathname : undefined;
  const seen = name && (await cache.match(name));
  try {
    const answer = await (seen ? soon(request) : fetch(request));
    if (seen && answer.status >= 500) return seen;
    if (name && answer.ok && !answer.redirected) await cache.put(name, answer.clone());
    return answer;
  } catch {
    return seen ?? question;
  }
}

/** The answer, if it comes soon. */
function soon(request) {
  return new Promise((resolve, reject) => {
    setTimeout(reject, PATIENCE_MS);
    fetch(request).then(resolve, reject);
  });
}

// A note: its words come with it, and say nothing of what the answer is about.
self.addEventListener("push", (event) => {
  const note = event.data?.json();
  if (!note) return;
  const { title, body, lang, dir, tag, url, id } = note;
  const shown = self.registration.showNotification(title, { body, lang, dir, tag, data: url, icon: "/app/static/icon-192.png" });
  event.waitUntil(shown.then(() => fetch(`/app/shown/${id}`, { method: "POST", credentials: "omit" })).catch(() => undefined));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
