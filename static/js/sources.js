/**
 * Pages of sources: figures change in place, and the pane follows the selection without a new page.
 *   [data-live-url][data-live-parts="id id"]   the fragment that is fetched, and what of it is morphed into the page
 *   a[data-select], a[data-toggle], a[data-close-pane]   links that only change what is shown
 *   [data-visiting="/…/log/"]                  a visit that is under way: its log is fetched every second
 */

import { showClocks } from "./clocks.js";
import htmx from "./htmx.js";
import { startKeys } from "./keys.js";
import { reload } from "./reload.js";

const EVERY = 15_000;
const GAP = 3_000;
const LOG_EVERY = 1_000;

const root = document.querySelector("[data-live-url]");
const parts = root.dataset.liveParts.split(" ").map((id) => document.getElementById(id)).filter(Boolean);
const pane = document.getElementById("source-pane");
let fetchedAt = Date.now();
let timer = 0;
let newest = 0;

const fetched = (address) => fetch(address, { headers: { "X-Requested-With": "fetch" } });
const isAsking = (part) => part.querySelector("dialog[open], :popover-open");

async function refresh() {
  clearTimeout(timer);
  timer = 0;
  fetchedAt = Date.now();
  const ticket = ++newest;
  const response = await fetched(root.dataset.liveUrl + location.search);
  if (response.redirected || [403, 404].includes(response.status)) return reload(); // signed out, or removed
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (ticket !== newest) return; // a newer answer is on its way
  for (const part of parts) {
    const fresh = page.getElementById(part.id);
    if (!fresh || isAsking(part)) continue;
    await htmx.swap({ target: part, text: fresh.innerHTML, swap: "innerMorph" });
    showClocks(part);
  }
}

const quietly = () => refresh().catch(() => undefined); // the stale banner tells
const soon = () => {
  if (!timer && !document.hidden) timer = setTimeout(quietly, Math.max(0, fetchedAt + GAP - Date.now()));
};

document.addEventListener("live", ({ detail: event }) => event.kind !== "hidden" && soon());
document.addEventListener("visibilitychange", soon);
setInterval(() => Date.now() - fetchedAt >= EVERY && soon(), 1_000);

// --- a visit that somebody waits for --------------------------------------------------------------------------------

async function followVisit() {
  const shown = document.querySelector("[data-visiting]");
  if (!shown || document.hidden) return;
  const response = await fetched(shown.dataset.visiting);
  if (!response.ok || response.redirected || !shown.isConnected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("last-visit");
  if (!fresh || !shown.isConnected) return;
  if (!fresh.dataset.visiting) return quietly(); // it is over: everything else changed too
  await htmx.swap({ target: shown, text: fresh.innerHTML, swap: "innerMorph" });
}

setInterval(() => followVisit().catch(() => undefined), LOG_EVERY);

// --- which source is shown ------------------------------------------------------------------------------------------

const rows = () => [...root.querySelectorAll("[data-row]")];
const linkOf = (row) => row?.querySelector("[data-select], [data-toggle]");
const focusedRow = () => document.activeElement?.closest("[data-row]");
const selectedRow = () => root.querySelector("[data-row].is-selected");

async function show(address, { focusPane = false } = {}) {
  history.pushState({}, "", address);
  try {
    await refresh();
  } catch {
    return location.assign(address);
  }
  follow();
  if (focusPane && pane?.classList.contains("is-open")) pane.querySelector("[data-close-pane]")?.focus();
}

function follow() {
  pane?.classList.toggle("is-open", new URLSearchParams(location.search).has("source"));
}

root.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("a:not([data-select], [data-toggle]), button")) return;
  const link = event.target.closest("[data-select]") ?? linkOf(event.target.closest("[data-row]"));
  if (!link || (!pane && link.hasAttribute("data-select"))) return;
  event.preventDefault();
  show(link.href, { focusPane: link.hasAttribute("data-select") });
});

pane?.addEventListener("click", async (event) => {
  const closer = event.target.closest("[data-close-pane]");
  if (!closer) return;
  event.preventDefault();
  const id = pane.querySelector("[data-selected]")?.dataset.selected;
  pane.classList.remove("is-open");
  await show(closer.href);
  linkOf(document.getElementById(`source-${id}`))?.focus();
});

window.addEventListener("popstate", async () => {
  await quietly();
  follow();
});

function move(step) {
  const all = rows();
  if (!all.length || !pane) return false;
  const at = all.indexOf(focusedRow() ?? selectedRow());
  const row = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  const link = linkOf(row);
  row.scrollIntoView({ block: "nearest" });
  link.focus({ preventScroll: true });
  if (link.hasAttribute("data-select")) show(link.href);
  return true;
}

const inPane = (event) => event.target.closest?.("#source-pane") != null;
startKeys({
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: (event) => (inPane(event) ? false : move(1)),
  ArrowUp: (event) => (inPane(event) ? false : move(-1)),
  Escape: () => (pane?.classList.contains("is-open") ? pane.querySelector("[data-close-pane]").click() : false),
});
