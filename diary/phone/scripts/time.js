// The phone's own clock: which diary day it is, and how a moment is told to the service.

const CLOSES_AT_HOUR = 3;

/** A day as the service writes it, `shift` days on. */
export function addDays(day, shift) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + shift)).toISOString().slice(0, 10);
}

/** The diary day of a moment on this phone's wall clock: until 03:00 it is still yesterday's. */
export function diaryDay(moment = new Date()) {
  const wall = Date.UTC(
    moment.getFullYear(),
    moment.getMonth(),
    moment.getDate(),
    moment.getHours() - CLOSES_AT_HOUR,
  );
  return new Date(wall).toISOString().slice(0, 10);
}

/** Whether the calendar already shows tomorrow, and the diary day is still open. */
export function isAfterMidnight(moment = new Date()) {
  return moment.getHours() < CLOSES_AT_HOUR;
}

/** A moment with this phone's offset from UTC, such as 2026-11-21T20:00:00.000+01:00. */
export function stamp(moment = new Date()) {
  const offset = -moment.getTimezoneOffset();
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const wall = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(offset);
  return `${wall}${offset < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
}

/** The IANA zone of this phone; one that does not know it is taken to be where it was last. */
export function zone(last) {
  const told = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return told && told !== "Etc/Unknown" ? told : last;
}

/** A UUIDv7: made here, once, so that the service knows a repeat again. */
export function newId(now = Date.now()) {
  const time = now.toString(16).padStart(12, "0");
  const random = [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => byte.toString(16).padStart(2, "0"));
  const [a, b] = [random.slice(0, 2).join(""), random.slice(2).join("")];
  const variant = "89ab"[parseInt(b[0], 16) % 4];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${a.slice(1)}-${variant}${b.slice(1, 4)}-${b.slice(4)}`;
}
