// Runs on every page of a signed-in phone: keeps what opens without a signal, sends what waits, says how it stands.

import { askedNow, callWaits, give, giveAsked, giveCall, giveItems, layoutShown } from "./answers.js";
import { drop, frame, keep, say } from "./frame.js";
import { flush, flushNow, onChange } from "./send.js";
import { fact, forget, lost, outbox, remember } from "./store.js";
import { Today } from "./today.js";

const DAY_MS = 24 * 3600 * 1000;
const script = document.querySelector("script[data-worker]");
const isFrame = Boolean(document.querySelector("[data-app]"));

// At once: what is pressed before would be sent without being kept.
guardLeaving();
tellMore();
askMore();
askForCall();
await lost()
  .then(start)
  .catch(withdraw);

async function start(lostAnswers) {
  const told = await frame();
  if (told) await belongTo(told.patient);
  const today = isFrame ? new Today(told) : undefined;
  await today?.show();
  const tell = () => status(lostAnswers, today);
  await tell();
  onChange(async () => {
    if (today && today.view !== "question") await today.show();
    await tell();
  });
  addEventListener("online", flushNow);
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible") return;
    await today?.lookAgain();
    await flushNow();
  });
  if (script.dataset.worker === "on") await openWithoutSignal().catch(() => undefined);
  await flush();
  await today?.refresh().catch(() => undefined);
  await tell();
}

/** What this phone knows of the days is one patient's; what waits names its own. */
async function belongTo(patient) {
  if ((await fact("patient")) === patient) return;
  await remember("days", {});
  await remember("patient", patient);
}

/** Keep the page that opens without a signal, and the worker that shows it. */
async function openWithoutSignal() {
  await navigator.serviceWorker?.register("/app/worker.js", { scope: "/app/" });
  navigator.storage?.persist?.();
  const before = await frame();
  if (!(await keep())) return;
  const now = await frame();
  const isAnother = before && before.patient !== now.patient;
  if (isAnother || (isFrame && before.look !== now.look)) {
    location.reload(); // another person joined on this phone, or a language or look was chosen: this page is of before
    return;
  }
  if (navigator.serviceWorker) takeOver();
}

/** This browser keeps nothing: the service's own pages serve it. */
async function withdraw() {
  if (!isFrame) return;
  await drop();
  location.reload();
}

/** How many answers wait, and why. Above the question only as much as its line holds: no number may move. */
async function status(lostAnswers, today) {
  const line = document.querySelector("[data-fill=status]");
  const told = await frame();
  if (!line || !told) return;
  const { words } = told;
  const waiting = (await outbox()).filter((record) => record.state === "waiting").length;
  const trouble = await fact("trouble");
  const parts = [];
  if (lostAnswers) parts.push(say(words, "app.lost", { n: lostAnswers }));
  if (await fact("clock_wrong")) parts.push(words["app.clock"]);
  if (trouble?.what === "signed_out") parts.push(words["app.signed_out"]);
  if (trouble?.what === "stranger") parts.push(words["app.stranger"]);
  const asks = today?.view === "question";
  if (asks && told.offer) parts.push(words["offer.link"]);
  if (waiting) parts.push(say(words, waiting === 1 ? "app.waits_one" : "app.waits", { n: waiting }));
  if (waiting && trouble?.what === "signal") {
    parts.push(words[Date.now() - trouble.since > DAY_MS ? "app.stuck" : "app.offline"]);
  }
  // Not on the home screen of an iPhone, whose browser deletes what was kept a week after it was last used.
  if (waiting && navigator.standalone === false) parts.push(words["app.home"]);
  const place = asks ? document.querySelector("[data-fill=state]") : line;
  const text = asks ? (parts[0]?.match(/^[^.]*\./)?.[0] ?? "") : parts.join(" ");
  if (place.textContent !== text) place.textContent = text;
  line.hidden = asks || !text;
  for (const link of document.querySelectorAll("[data-act=offer]")) link.hidden = !told.offer;
  for (const link of document.querySelectorAll("[data-act=sign-in]")) link.hidden = trouble?.what !== "signed_out";
}

/** Signing out, or stopping for good, with answers that wait would lose them. */
function guardLeaving() {
  const form = document.querySelector("form[data-act=sign-out], form[data-act=stop]");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    await flushNow().catch(() => undefined);
    // A browser that keeps nothing, as in private windows, has nothing that could be lost.
    if ((await outbox().catch(() => [])).length) {
      const blocked = document.querySelector("[data-fill=blocked]");
      blocked.hidden = false;
      blocked.focus();
      return;
    }
    if (form.dataset.act === "sign-out") await forget().then(drop).catch(() => undefined);
    form.submit();
  });
}

/** What else was felt is kept on this phone first, and whom to call is said at once, signal or not. */
function tellMore() {
  const form = document.querySelector("form[data-act=tell]");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const ticked = [...form.elements].filter((field) => field.name === "item" && field.checked);
    try {
      const items = Object.fromEntries(ticked.map((field) => [field.value, 1]));
      if (ticked.length) await giveItems(await frame(), items);
    } catch {
      form.submit(); // this phone is full: the service takes it, or says that it could not
      return;
    }
    turnTo(ticked.some((field) => "serious" in field.dataset) ? "serious" : "plain");
  });
}

/** The wish to be called is kept on this phone first; once it was sent, the service says since when it stands. */
function askForCall() {
  const form = document.querySelector("form[data-act=call]");
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await giveCall(await frame(), new FormData(form).get("wants") ?? "treatment");
    } catch {
      form.submit(); // nothing is kept on this phone, or it is full: the service takes it
      return;
    }
    turnTo("kept");
  });
  const look = async () => {
    const view = document.querySelector("[data-view=kept]");
    const waits = await callWaits();
    if (view.hidden && waits) turnTo("kept", { focus: false });
    if (!view.hidden && !waits) location.replace(location.pathname);
  };
  onChange(look);
  look().catch(() => undefined);
}

/** The questions beside the score, one after the other, signal or not. */
function askMore() {
  const forms = [...document.querySelectorAll("form[data-act=ask]")];
  const next = async () => {
    const asked = await askedNow(await frame());
    const form = forms.find((each) => codes(each).some((code) => asked.includes(code)));
    return form ? screen(form) : "plain";
  };
  for (const form of forms) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const filled = new FormData(form);
      const value = filled.get("value");
      const ticks = filled.getAll("tick");
      const serious = form.querySelector("[data-serious]:checked");
      if (value === null && !filled.has("asked")) {
        const fault = form.parentElement.querySelector(".fault");
        fault.parentElement.dataset.fault = "nothing";
        fault.hidden = false;
        fault.focus();
        return;
      }
      try {
        const answers = codes(form).map((code) => [code, value === null ? +ticks.includes(code) : +value]);
        await giveAsked(await frame(), Object.fromEntries(answers));
      } catch {
        form.submit(); // nothing is kept on this phone, or it is full: the service takes it
        return;
      }
      turnTo(serious ? "serious" : await next());
    });
  }
  // The page may be an old one, kept for want of a signal.
  if (forms.length && !document.querySelector(":is(.fault, [data-view=serious]):not([hidden])")) {
    next().then((name) => turnTo(name, { focus: false }), () => undefined);
  }
}

/** What a form asks about. */
function codes(form) {
  const ticks = new FormData(form).getAll("asked");
  return ticks.length ? ticks : [screen(form)];
}

/** The view that a form stands in; `elements.item` would be a method. */
function screen(form) {
  return new FormData(form).get("item");
}

/** Show one of the page's views. */
function turnTo(name, { focus = true } = {}) {
  for (const view of document.querySelectorAll("[data-view]")) view.hidden = view.dataset.view !== name;
  if (focus) document.querySelector(`[data-view=${name}] h1`).focus();
}

/** The service's own question: from now on its answer, too, is kept on this phone first. */
async function takeOver() {
  const form = isFrame ? undefined : document.querySelector("form.ask[data-day]");
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
    try {
      await give(await frame(), { day, nrs: Number(chosen), shown, layout: layoutShown(form, layout) });
    } catch {
      form.submit(); // this phone is full: the service takes it
      return;
    }
    location.replace(after);
  });
}
