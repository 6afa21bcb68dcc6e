// Runs on every page of a signed-in phone: keeps what opens without a signal, sends what waits, says how it stands.

import { give } from "./answers.js";
import { drop, frame, keep, say } from "./frame.js";
import { flush, flushNow, onChange } from "./send.js";
import { fact, forget, lost, outbox } from "./store.js";
import { Today } from "./today.js";

const DAY_MS = 24 * 3600 * 1000;
const script = document.querySelector("script[data-worker]");
const isFrame = Boolean(document.querySelector("[data-app]"));

await lost()
  .then(start)
  .catch(withdraw);

async function start(lostAnswers) {
  const told = await frame();
  const today = isFrame ? new Today(told) : undefined;
  await today?.show();
  const tell = () => status(lostAnswers);
  await tell();
  onChange(async () => {
    await tell();
    if (today && today.view !== "question") await today.show();
  });
  addEventListener("online", flushNow);
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible") return;
    await today?.lookAgain();
    await flushNow();
  });
  guardSigningOut();
  if (script.dataset.worker === "on") await openWithoutSignal().catch(() => undefined);
  await flush();
  await today?.refresh().catch(() => undefined);
  await tell();
}

/** Keep the page that opens without a signal, and the worker that shows it. */
async function openWithoutSignal() {
  await navigator.serviceWorker?.register("/app/worker.js", { scope: "/app/" });
  navigator.storage?.persist?.();
  if ((await keep()) && navigator.serviceWorker) takeOver();
}

/** This browser keeps nothing: the service's own pages serve it. */
async function withdraw() {
  if (!isFrame) return;
  await drop();
  location.reload();
}

/** One line: how many answers wait, and why. */
async function status(lostAnswers) {
  const line = document.querySelector("[data-fill=status]");
  const told = await frame();
  if (!line || !told) return;
  const waiting = (await outbox()).filter((record) => record.state === "waiting");
  const trouble = await fact("trouble");
  const count = waiting.length === 1 ? "app.waits_one" : "app.waits";
  const parts = [];
  if (lostAnswers) parts.push(say(told.words, "app.lost", { n: lostAnswers }));
  if (trouble?.what === "signed_out") parts.push(told.words["app.signed_out"]);
  if (trouble?.what === "stranger") parts.push(told.words["app.stranger"]);
  if (waiting.length) parts.push(say(told.words, count, { n: waiting.length }));
  if (waiting.length && trouble?.what === "signal") {
    const stuck = Date.now() - trouble.since > DAY_MS;
    parts.push(told.words[stuck ? "app.stuck" : "app.offline"]);
  }
  const text = parts.join(" ");
  if (line.textContent !== text) line.textContent = text;
  line.hidden = !text;
  const again = document.querySelector("[data-act=sign-in]");
  if (again) again.hidden = trouble?.what !== "signed_out";
}

/** Signing out with answers that wait would lose them. */
function guardSigningOut() {
  const form = document.querySelector("form[data-act=sign-out]");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    await flushNow();
    const left = (await outbox()).length;
    if (left) {
      document.querySelector("[data-fill=blocked]").hidden = false;
      document.querySelector("[data-fill=blocked]").focus();
      return;
    }
    await forget();
    await drop();
    form.submit();
  });
}

/** The service's own question: from now on its answer, too, is kept on this phone first. */
async function takeOver() {
  const form = isFrame ? undefined : document.querySelector("form.ask");
  if (!form) return;
  const { serviceWorker } = navigator;
  await serviceWorker.ready;
  if (!serviceWorker.controller) {
    await new Promise((then) => serviceWorker.addEventListener("controllerchange", then, { once: true }));
  }
  form.addEventListener("submit", async (event) => {
    const chosen = new FormData(form).get("nrs");
    if (chosen === null) return;
    event.preventDefault();
    const { day, layout, after, standing, nrs } = form.dataset;
    const shown = standing && { id: standing, kind: "answer", nrs: nrs ? Number(nrs) : undefined };
    await give(await frame(), { day, nrs: Number(chosen), shown, layout });
    location.replace(after);
  });
}
