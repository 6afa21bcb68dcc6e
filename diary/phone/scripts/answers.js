// The answers of a day on this phone: what was given here and waits, and what the service holds.

import { ask, changed, flushNow, standingOf } from "./send.js";
import { fact, outbox, put, remember, replace, settle } from "./store.js";
import { addDays, diaryDay, newId, stamp, zone } from "./time.js";

const ENTRIES = "/v1/entries";
const CALLS = "/v1/calls";
const CLIENT_VERSION = "app-1";
const DAYS_KNOWN = 8;

/** Put what `make` makes of what waits into the outbox; it is on the disk when this returns. */
async function queue(make) {
  await put(make);
  changed();
  flushNow().catch(() => undefined); // it waits, and is sent later
}

/** How a day stands: { id, nrs, kind }, with `waits` for an answer that the service has not receipted. */
export async function dayAsKnown(day) {
  const waits = (record) => record.day === day && record.path === ENTRIES && record.state === "waiting";
  const last = (await outbox()).filter(waits).at(-1);
  if (last) return { id: last.id, nrs: last.body.nrs, kind: "answer", waits: true };
  return (await fact("days"))?.[day];
}

/** The layout as it stood on the screen: where eleven in a row found no room, it was four. */
export function layoutShown(form, layout) {
  const columns = getComputedStyle(form.querySelector(".scale")).gridTemplateColumns.split(" ").length;
  return layout === "row11" && columns < 11 ? "grid4" : layout;
}

/** The oldest that the service did not take, of whatever day: it stays until the patient has read why. */
export async function firstRefused() {
  return (await outbox()).find((record) => record.state === "refused");
}

/**
 * Keep an answer on this phone; it is on the disk when this returns. The number that stands, chosen again, is
 * no change. `shown` is what the page showed as standing: another phone's later answer is not overwritten unseen.
 */
export async function give(told, { day, nrs, shown, layout, reason }) {
  await queue((waiting) => {
    const before = waiting.filter((one) => one.day === day && one.path === ENTRIES && one.state === "waiting").at(-1);
    const stands = before ? before.body.nrs : shown?.kind === "void" ? undefined : shown?.nrs;
    if (stands === nrs) return undefined;
    const now = new Date();
    const id = newId();
    return {
      id,
      day,
      patient: told.patient,
      path: ENTRIES,
      state: "waiting",
      timed: true,
      body: {
        id,
        day,
        nrs,
        answered_at: stamp(now),
        zone: zone(told.zone),
        layout,
        locale: told.locale,
        client_version: CLIENT_VERSION,
        supersedes: before?.id ?? shown?.id,
        reason: reason || undefined,
      },
    };
  });
}

/** Which questions beside the score are asked today. What was told on this phone counts before the service knows it. */
export async function askedNow(told) {
  const here = (await fact("asked")) ?? {};
  const today = diaryDay();
  return Object.keys(told.asked ?? {}).filter((code) => told.asked[code][0] <= today && !(here[code] > today));
}

/** Keep answers to questions; each is asked again when its time has come. */
export async function giveAsked(told, items) {
  await giveItems(told, items);
  const here = (await fact("asked")) ?? {};
  for (const code in items) here[code] = addDays(diaryDay(), told.asked?.[code]?.[1] ?? 1);
  await remember("asked", here);
}

/** Keep what was told besides, by code. It goes before the answers that wait: it may be serious. */
export async function giveItems(told, items) {
  const id = newId();
  const now = new Date();
  await queue(() => ({
    id,
    day: diaryDay(now),
    patient: told.patient,
    path: "/v1/items",
    state: "waiting",
    timed: true,
    body: {
      id,
      day: diaryDay(now),
      answered_at: stamp(now),
      zone: zone(told.zone),
      items,
    },
  }));
}

/** Keep the wish to be called; the service takes one that stands already for the same. */
export async function giveCall(told, wants) {
  const id = newId();
  const body = { id, wants };
  await queue(() => ({ id, day: diaryDay(), patient: told.patient, path: CALLS, state: "waiting", body }));
}

/** Whether a wish to be called waits. */
export async function callWaits() {
  return (await outbox()).some((record) => record.path === CALLS && record.state === "waiting");
}

/** Take a refused answer off this phone: the patient has read why. */
export async function dismiss(record) {
  await settle(record);
  changed();
}

/** Ask the service how the last days stand; without a signal what was known stays. */
export async function refresh(today) {
  const before = await fact("days");
  const answer = await ask("GET", `/v1/entries?from=${addDays(today, -DAYS_KNOWN)}&limit=200`);
  if (answer.status !== 200) return;
  const standing = answer.json.items.filter((entry) => entry.standing);
  const days = Object.fromEntries(standing.map((entry) => [entry.day, standingOf(entry)]));
  // A receipt that came while this was under way is newer: an answer just given is not asked for again.
  await replace("days", before, days);
}
