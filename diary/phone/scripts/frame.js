// The page that opens without a signal: it is fetched with all it needs, kept, and read for its words and facts.

const CACHE = "diary";
const PAGE = "/app/offline";
// Needed at once where there is no signal: whom to call, and what to do.
const PAGES = ["/app/help", "/app/more", "/app/questions"];

let found;

/** What the service told this phone with the page; undefined before it was ever kept. */
export async function frame() {
  found ??= read(document) ?? (await kept());
  return found;
}

/** A sentence with its values in place. */
export function say(words, key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** The facts without keeping the page, where none is kept any more. Undefined where the service gives none. */
export async function learn() {
  const answer = await ask();
  if (answer.ok) found = await readAnswer(answer);
  return found;
}

/**
 * Fetch the page anew and keep it with its files. Whatever goes wrong, what was kept before stays: false where
 * the service did not give the page, an exception without a signal.
 */
export async function keep() {
  const answer = await ask();
  if (!answer.ok) return false;
  const told = await readAnswer(answer.clone());
  const isNews = JSON.stringify(told) !== JSON.stringify(await frame());
  const cache = await caches.open(CACHE);
  const files = new Set(told.files.map((file) => new URL(file, location).href));
  const have = new Set((await cache.keys()).map((request) => request.url));
  await Promise.all([...files].filter((file) => !have.has(file)).map((file) => cache.add(file)));
  const late = PAGES.filter((page) => isNews || !have.has(new URL(page, location).href));
  await Promise.all(late.map((page) => cache.add(page)));
  await cache.put(PAGE, answer);
  // The files of the version before, and pages nobody needs to keep: those of this version are here by now.
  const old = [...have].filter((url) => /\/app\/(code|static)\//.test(url) && !files.has(url));
  await Promise.all(old.map((url) => cache.delete(url)));
  found = told;
  return true;
}

/** Forget the page and all that was shown: the phone is signed out. */
export async function drop() {
  await caches.delete(CACHE);
  for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
}

function ask() {
  return fetch(PAGE, { cache: "no-store", redirect: "manual" });
}

async function kept() {
  const page = await globalThis.caches?.match(PAGE);
  return page && readAnswer(page);
}

async function readAnswer(answer) {
  return read(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

function read(page) {
  const holder = page.querySelector("[data-app]");
  return holder ? JSON.parse(holder.dataset.app) : undefined;
}
