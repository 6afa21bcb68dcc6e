// Forms and panels in place: a form marked `data-swap` is sent by fetch and the page's main part replaced by
// the answer's; a link marked `data-panel` opens its form below the row. Focus moves on, and a live region says it.

const UNDO_MS = 10_000;
let undoTimer;

export function startSwapping() {
  const region = document.createElement("p");
  Object.assign(region, { id: "say", className: "say unseen", role: "status" });
  document.body.append(region);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-swap], .panel form[method=post]")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = plain && event.target.closest("a");
    if (!link) return;
    if (link.matches("[data-panel]")) {
      event.preventDefault();
      togglePanel(link);
    } else if (link.closest(".panel .buttons")) {
      event.preventDefault(); // "Go back"
      closePanel();
    }
  });
  settle();
}

/** Close the open panel, if any, and give focus back to the link that opened it. */
export function closePanel() {
  const panel = document.querySelector(".panel");
  if (!panel) return false;
  const link = document.querySelector("[data-panel][aria-expanded=true]");
  panel.remove();
  link?.removeAttribute("aria-expanded");
  link?.focus();
  return true;
}

async function togglePanel(link) {
  const open = link.getAttribute("aria-expanded") === "true";
  closePanel();
  if (open) return;
  const answer = await load(link.href);
  if (!answer) return;
  const article = answer.page.querySelector("article.narrow");
  if (!answer.ok || !article || answer.path !== new URL(link.href).pathname) return location.assign(link.href);
  const row = link.closest("tr");
  const panel = row ? cells(row) : document.createElement("div");
  panel.classList.add("panel");
  (panel.firstElementChild ?? panel).append(article);
  (row ?? link.closest(".buttons")).after(panel);
  link.setAttribute("aria-expanded", "true");
  enter(panel);
}

function cells(row) {
  const panel = document.createElement("tr");
  panel.insertCell().colSpan = row.cells.length;
  return panel;
}

/** The panel's heading stands below the page's own, and takes the focus. */
function enter(panel) {
  const above = panel.querySelector("h1");
  const heading = document.createElement("h2");
  heading.append(...above.childNodes);
  above.replaceWith(heading);
  const first = panel.querySelector(".summary") ?? heading;
  first.tabIndex = -1;
  first.focus();
}

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const rows = [...document.querySelectorAll("tr.row")];
  const row = form.closest("tr.panel")?.previousElementSibling ?? form.closest("tr.row");
  const place = rows.indexOf(row);
  const undone = form.matches("[data-undo]") && form.action.match(/alerts\/([^/]+)/)?.[1];
  const answer = await load(form.action, { method: "POST", body });
  if (!answer) return;
  const panel = form.closest(".panel");
  const refused = answer.page.querySelector("article.narrow form");
  if (!answer.ok && panel && refused) {
    panel.querySelector("article.narrow").replaceWith(refused.closest("article"));
    return enter(panel);
  }
  if (!answer.ok) return refuse(answer);
  if (answer.path !== location.pathname) return location.assign(answer.url);
  show(answer);
  if (undone) return focusRow(document.getElementById(`r-${undone}`));
  const now = [...document.querySelectorAll("tr.row")];
  const same = row && now.findIndex((other) => other.id === row.id);
  focusRow(now[Math.min(same >= 0 ? same + 1 : place, now.length - 1)], form);
}

/** Somebody was quicker, or it is not possible now: say so above the page as it stands by now. */
async function refuse(problem) {
  const words = problem.page.querySelector("main .lead")?.textContent ?? "That was refused.";
  const fresh = await load(location.href);
  if (fresh?.ok && fresh.path === location.pathname) show(fresh);
  const told = document.createElement("p");
  told.className = "warn";
  told.tabIndex = -1;
  told.textContent = words;
  document.querySelector("main").prepend(told);
  told.focus();
  say(words);
}

async function load(url, options) {
  document.body.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { ...options, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const path = new URL(response.url).pathname;
    if (path.endsWith("/sign-in")) {
      location.assign(response.url);
      return undefined;
    }
    return { ok: response.ok, url: response.url, path, page };
  } catch {
    say("Not sent: there is no connection. Nothing was written.", true);
    return undefined;
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

function show(answer) {
  document.querySelector("main").replaceChildren(...answer.page.querySelector("main").childNodes);
  document.title = answer.page.title;
  history.replaceState(null, "", answer.url);
  settle();
  say(document.querySelector("#notice [role=status]")?.textContent ?? "");
}

/** What was said once is not said again by reloading; undo is offered for ten seconds. */
function settle() {
  const here = new URL(location.href);
  for (const name of ["done", "undo"]) here.searchParams.delete(name);
  if (here.href !== location.href) history.replaceState(null, "", here);
  clearTimeout(undoTimer);
  undoTimer = setTimeout(() => {
    const undo = document.querySelector("[data-undo]");
    const held = undo?.contains(document.activeElement);
    undo?.remove();
    if (held) focusRow(document.querySelector("tr.row"));
  }, UNDO_MS);
}

function focusRow(row, form) {
  const link = row?.querySelector(".who a");
  const fallback = form && document.querySelector(`[action="${CSS.escape(form.getAttribute("action"))}"] button`);
  const target = link ?? fallback ?? document.querySelector("main h1");
  if (target.matches("h1")) target.tabIndex = -1;
  target.focus();
}

function say(words, seen = false) {
  const region = document.getElementById("say");
  region.textContent = words;
  region.classList.toggle("unseen", !seen);
}
