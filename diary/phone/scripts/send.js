// Sends what waits, oldest first, and deletes nothing before the service's receipt.

import { frame, keep, learn } from "./frame.js";
import { change, fact, outbox, remember, settle } from "./store.js";
import { stamp } from "./time.js";

const PATIENCE_MS = 20_000;
const FIRST_WAIT_S = 5;
const LONGEST_WAIT_S = 600;
// What says nothing of the answer itself: the same request may do better later.
const AGAIN = new Set([408, 425, 429]);
const HTTP_UNAUTHORIZED = 401;

const listeners = new Set();
const tabs = new BroadcastChannel("diary");
let tries = 0;
let timer;

/** Call `then` whenever what waits has changed, here or in another tab. */
export function onChange(then) {
  listeners.add(then);
  tabs.onmessage = () => listeners.forEach((each) => each());
}

/** Tell the other tabs and this one. */
export function changed() {
  tabs.postMessage("changed");
  listeners.forEach((each) => each());
}

/** Ask the API, signed in by this phone's cookie. */
export async function ask(method, path, body, headers = {}) {
  const told = await frame();
  const patience = new AbortController();
  const alarm = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(path, {
      method,
      headers: {
        "X-CSRF-Token": told.csrf,
        ...(body ? { "Content-Type": "application/json" } : {}),
        ...headers,
      },
      body: body && JSON.stringify(body),
      signal: patience.signal,
      cache: "no-store",
    });
    const text = await answer.text();
    return { status: answer.status, wait: answer.headers.get("Retry-After"), json: text ? JSON.parse(text) : {} };
  } finally {
    clearTimeout(alarm);
  }
}

/** Send all that waits; two tabs take turns. Without a signal it tries again by itself. */
export async function flush() {
  clearTimeout(timer);
  const turns = navigator.locks ?? { request: (_, send) => send() };
  const outcome = await turns.request("diary-send", sendAll);
  await note(outcome.trouble);
  if (outcome.trouble === "signal") {
    const wait = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** tries++) * (0.5 + Math.random() / 2);
    timer = setTimeout(flush, Math.max(wait, outcome.wait ?? 0) * 1000);
  } else {
    tries = 0;
  }
  changed();
  return outcome;
}

/** Try at once: there is reason to think that there is a signal again. */
export function flushNow() {
  tries = 0;
  return flush();
}

async function sendAll() {
  let sent = 0;
  let told = await frame();
  // What may be serious goes first; the sort keeps the order of the answers.
  const waiting = (await outbox()).sort((a, b) => (b.path === "/v1/items") - (a.path === "/v1/items"));
  for (const record of waiting) {
    if (record.state !== "waiting") continue;
    try {
      told ??= await learn();
    } catch {
      return { sent, trouble: "signal" };
    }
    if (!told) return { sent, trouble: "signed_out" };
    // Another person signed in on this phone: what is kept here is not theirs.
    if (record.patient !== told.patient) return { sent, trouble: "stranger" };
    const trouble = await sendOne(record);
    if (trouble) return { sent, ...trouble };
    sent += 1;
  }
  return { sent };
}

async function sendOne(record, again = true) {
  let answer;
  try {
    const now = record.timed ? { sent_at: stamp() } : {};
    answer = await ask("POST", record.path, { ...record.body, ...now }, record.headers);
  } catch {
    return { trouble: "signal" };
  }
  const { status, json } = answer;
  if (status >= 500 || AGAIN.has(status)) return { trouble: "signal", wait: Number(answer.wait) || 0 };
  if (status === HTTP_UNAUTHORIZED || json.code === "csrf_failed") return signedOut(record, again);
  if (status < 300) {
    if ("clock_suspect" in json) await remember("clock_wrong", json.clock_suspect);
    await settle(record, record.path === "/v1/entries" ? standingOf(json) : undefined);
  } else {
    await change({ ...record, state: "refused", code: json.code, current: json.current });
  }
  return undefined;
}

/** Signed out, unless the page that this phone keeps is only older than the service's secret. */
async function signedOut(record, again) {
  try {
    if (!again || !(await keep())) return { trouble: "signed_out" };
  } catch {
    return { trouble: "signal" };
  }
  return (await frame()).patient === record.patient ? sendOne(record, false) : { trouble: "stranger" };
}

/** An entry as this phone keeps it: the id that a change names, the number, and whether the clinic wrote it. */
export function standingOf(entry) {
  return { day: entry.day, id: entry.uid, nrs: entry.nrs, kind: entry.kind };
}

/** Since when it does not work, and why; forgotten once it works. */
async function note(trouble) {
  const before = await fact("trouble");
  if (trouble) {
    const same = before?.what === trouble;
    await remember("trouble", { what: trouble, since: same ? before.since : Date.now() });
  } else if (before) {
    await remember("trouble", null);
  }
}
