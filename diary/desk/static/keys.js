// Keys for whoever has four minutes: j and k move, a letter acts on the row in focus, ? tells them all.
// They can be switched off, as WCAG 2.1.4 asks; Enter and Tab are the browser's own.

import { closePanel } from "./swap.js";

const OFF = "desk-keys-off";
const LIST = "desk-patients";
const dialog = document.getElementById("keys");

export function startKeys() {
  remember();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !dialog?.open && closePanel()) event.preventDefault();
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(OFF)) return;
    if (act(event.key)) event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-keys]")) {
    button.hidden = false;
    button.addEventListener("click", () => help());
  }
  const choice = dialog?.querySelector("input");
  if (!choice) return;
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener("change", () => {
    if (choice.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  });
}

function act(key) {
  if (key === "?") return help();
  if (key === "/") return focus(document.querySelector("main [type=search]"));
  if (key === "j" || key === "k") return move(key === "j" ? 1 : -1);
  if (key === "J" || key === "K") return visit(key === "J" ? 1 : -1);
  if (key === "u") return press(document.querySelector("[data-undo] button"));
  if (/^[1-8]$/.test(key)) return press(document.querySelectorAll(".tabs a")[key - 1]);
  const place = document.activeElement.closest("tr.row, section.alert") ?? document.querySelector("tr.row, main");
  return press(place.querySelector(`[data-key="${CSS.escape(key)}"]`));
}

function move(step) {
  const links = [...document.querySelectorAll("tr.row .who a")];
  if (!links.length) return false;
  const now = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = now < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(now + step, 0), links.length - 1);
  return focus(links[next]);
}

/** The patients of the list that was looked at last, by their addresses, so that J and K go on from a page. */
function remember() {
  const links = [...document.querySelectorAll("tr.row .who a")].map((link) => link.pathname);
  if (links.length) sessionStorage.setItem(LIST, JSON.stringify([...new Set(links)]));
}

function visit(step) {
  const list = JSON.parse(sessionStorage.getItem(LIST) ?? "[]");
  const now = list.indexOf(location.pathname);
  const next = now < 0 ? undefined : list[now + step];
  if (next) location.assign(next);
  return Boolean(next);
}

function help() {
  dialog?.showModal();
  return Boolean(dialog);
}

function press(target) {
  target?.click();
  return Boolean(target);
}

function focus(target) {
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
  return Boolean(target);
}
