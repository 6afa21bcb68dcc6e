// The question, what is saved, and what stands in the way, on the page that opens without a signal.

import { askedNow, dayAsKnown, dismiss, firstRefused, give, layoutShown, refresh } from "./answers.js";
import { say } from "./frame.js";
import { addDays, diaryDay, isAfterMidnight } from "./time.js";

const HOME = "/app/";
const ADDRESS = /^\/app\/days\/(\d{4}-\d{2}-\d{2})(\/change)?$/;

const one = (selector, within = document) => within.querySelector(selector);

/** Shows what this address asks for, and again when that changes. */
export class Today {
  constructor(told) {
    this.told = told;
    this.form = one("form.ask");
    this.form.addEventListener("submit", (event) => this.save(event));
    one("[data-act=change]").addEventListener("click", () => this.changeWish());
    one("[data-act=keep]").addEventListener("click", () => this.dismissWish());
    one("[data-act=read]").addEventListener("click", () => this.dismissWish());
  }

  /** Ask the service how the days stand, then show them; the question on the screen stays as it is. */
  async refresh() {
    await refresh(diaryDay());
    if (this.view !== "question") await this.show();
  }

  /** A phone that was laid aside is looked at again: it may be another day. */
  async lookAgain() {
    if (this.today !== diaryDay()) await this.show();
  }

  async show({ moved = false } = {}) {
    this.today = diaryDay();
    const [, named, change] = ADDRESS.exec(location.pathname) ?? [];
    const isOurs = Boolean(named) || location.pathname === HOME;
    this.day = named ?? this.today;
    this.known = await dayAsKnown(this.day);
    this.refused = await firstRefused();
    if (!isOurs) this.open("away");
    else if (this.refused) this.openRefused(this.refused);
    else if (this.known && !change) await this.openSaved();
    else if (this.whyClosed()) this.openClosed(this.whyClosed());
    else await this.openQuestion();
    if (moved) one("[data-view]:not([hidden]) h1").focus();
  }

  open(view) {
    this.view = view;
    for (const section of document.querySelectorAll("[data-view]")) section.hidden = section.dataset.view !== view;
    one(".where").textContent =
      view === "away" ? "" : this.isToday && isAfterMidnight() ? this.night(this.day) : this.long(this.day);
  }

  async openQuestion() {
    const { words } = this.told;
    this.form.reset();
    one("h1", this.form).textContent = this.isToday
      ? this.told.question
      : say({ about: this.told.question_for_day }, "about", { day: this.weekday(this.day) });
    const note = this.isToday && isAfterMidnight()
      ? say(words, "question.after_midnight", { weekday: this.weekday(this.day) })
      : (await this.mayShow()) ? say(words, "question.earlier", { nrs: this.known.nrs }) : "";
    one("[data-fill=note]").textContent = note;
    this.form.reason.hidden = !this.known;
    one("[data-fill=fault]").hidden = true;
    delete one(".notes").dataset.fault;
    this.open("question");
  }

  async openSaved() {
    const { words } = this.told;
    one("[data-fill=saved]").textContent = say(words, "saved.number", { nrs: this.known.nrs ?? "" });
    const clinic = { correction: "saved.corrected", void: "saved.voided" }[this.known.kind];
    one("[data-fill=clinic]").textContent = clinic ? say(words, clinic, { nrs: this.known.nrs }) : "";
    one("[data-fill=saved]").hidden = Boolean(clinic);
    const open = !this.whyClosed();
    const until = addDays(this.day, this.told.backdate_days);
    one("[data-fill=until]").textContent = open
      ? say(words, "saved.thanks", { weekday: this.weekday(until) })
      : words["saved.closed"];
    one("a[data-act=change-answer]").hidden = !open;
    one("a[data-act=change-answer]").href = `${HOME}days/${this.day}/change`;
    one("a[data-act=ask]").hidden = !this.isToday || !(await askedNow(this.told)).length;
    const yesterday = addDays(this.today, -1);
    const add = one("[data-act=add-yesterday]");
    add.hidden =
      !this.isToday || yesterday < this.told.first_day || this.told.backdate_days < 1 || Boolean(await dayAsKnown(yesterday));
    add.href = `${HOME}days/${yesterday}`;
    add.textContent = say(words, "saved.add_yesterday", { weekday: this.weekday(yesterday) });
    this.open("saved");
  }

  openRefused(record) {
    const { words } = this.told;
    const { body, current } = record;
    if (!current) {
      const reason = words[`problem.${record.code}`] ?? words["app.refused_other"];
      const what = say(words, "nrs" in body ? "app.refused" : "app.refused_more", { nrs: body.nrs, day: this.long(record.day) });
      one("[data-fill=refused]").textContent = `${what} ${reason}`;
      this.open("refused");
      return;
    }
    const values = { day: this.long(record.day), nrs: current.nrs, chosen: body.nrs };
    const voided = current.nrs === null;
    one("[data-fill=conflict]").textContent = say(words, voided ? "conflict.voided" : "conflict.now", values);
    one("[data-act=change]").textContent = say(words, "conflict.change", values);
    one("[data-act=change]").hidden = Boolean(this.whyClosed(record.day));
    one("[data-act=keep]").textContent = say(words, voided ? "conflict.leave" : "conflict.keep", values);
    this.open("conflict");
  }

  openClosed(code) {
    one("[data-fill=closed-title]").textContent = this.told.words[`problem.${code}.title`];
    one("[data-fill=closed]").textContent = this.told.words[`problem.${code}`];
    this.open("closed");
  }

  async save(event) {
    event.preventDefault();
    const { nrs, reason } = this.form;
    if (!nrs.value) {
      this.fault("error.nrs", "nothing");
      return;
    }
    if (this.today !== diaryDay()) {
      await this.show();  // the day closed while the question lay open: it is asked again
      return;
    }
    try {
      await give(this.told, {
        day: this.day,
        nrs: Number(nrs.value),
        shown: this.known,
        layout: layoutShown(this.form, this.told.layout),
        reason: reason.value,
      });
    } catch {
      this.fault("app.full", "full"); // the number stays chosen, and nothing says that it is saved
      return;
    }
    await this.home();
  }

  /** What is wrong, in the line above the question; `kind` is its mark. */
  fault(key, kind) {
    const fault = one("[data-fill=fault]");
    one(".notes").dataset.fault = kind;
    fault.textContent = this.told.words[key];
    fault.hidden = false;
    fault.focus();
  }

  async changeWish() {
    const { body, current, day } = this.refused;
    await dismiss(this.refused);
    const shown = { id: current.uid, nrs: current.nrs, kind: current.kind };
    await give(this.told, { day, nrs: body.nrs, shown, layout: body.layout });
    await this.home();
  }

  async dismissWish() {
    await dismiss(this.refused);
    await this.home();
  }

  /** What was done is shown at the day's own address: Back does not ask again. */
  async home() {
    history.replaceState(null, "", this.isToday ? HOME : `${HOME}days/${this.day}`);
    await this.show({ moved: true });
  }

  whyClosed(day = this.day) {
    if (this.told.follow_state === "stopped") return "patient_not_followed";
    if (day > this.today) return "day_in_future";
    return day < addDays(this.today, -this.told.backdate_days) ? "day_closed" : undefined;
  }

  /** Yesterday's number would draw today's answer to it. */
  async mayShow() {
    if (typeof this.known?.nrs !== "number" || this.known.kind !== "answer") return false;
    return this.isToday || Boolean(await dayAsKnown(this.today));
  }

  get isToday() {
    return this.day === this.today;
  }

  weekday(day) {
    return this.told.weekdays[new Date(`${day}T00:00Z`).getUTCDay()];
  }

  dayMonth(day) {
    return say(this.told.words, "day.month", {
      day: Number(day.slice(8)),
      month: this.told.months[Number(day.slice(5, 7)) - 1],
    });
  }

  long(day) {
    return say(this.told.words, "day.long", { weekday: this.weekday(day), day_month: this.dayMonth(day) });
  }

  night(day) {
    return say(this.told.words, "question.night", { weekday: this.weekday(day), day_month: this.dayMonth(day) });
  }
}
