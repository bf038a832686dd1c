/**
 * Pages of sources: figures change in place, and the pane follows the selection without a new page.
 *   [data-live-url][data-live-parts="id id"]   the fragment that is fetched, and what of it is morphed into the page
 *   a[data-select], a[data-close-pane]         links that only change which source is shown
 */

import htmx from "./htmx.js";
import { startKeys } from "./keys.js";

const EVERY = 15_000;
const GAP = 3_000;

const root = document.querySelector("[data-live-url]");
const parts = root.dataset.liveParts.split(" ").map((id) => document.getElementById(id)).filter(Boolean);
const pane = document.getElementById("source-pane");
let fetchedAt = Date.now();
let timer = 0;
let newest = 0;

async function refresh() {
  clearTimeout(timer);
  timer = 0;
  fetchedAt = Date.now();
  const ticket = ++newest;
  const response = await fetch(root.dataset.liveUrl + location.search, { headers: { "X-Requested-With": "fetch" } });
  if (response.redirected || [403, 404].includes(response.status)) return location.reload(); // signed out, or removed
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (ticket !== newest) return; // a newer answer is on its way
  for (const part of parts) {
    const fresh = page.getElementById(part.id);
    if (fresh && !part.querySelector("dialog[open]")) await htmx.swap({ target: part, text: fresh.innerHTML, swap: "innerMorph" });
  }
}

const quietly = () => refresh().catch(() => undefined); // the stale banner tells
const soon = () => {
  if (!timer && !document.hidden) timer = setTimeout(quietly, Math.max(0, fetchedAt + GAP - Date.now()));
};

document.addEventListener("live", ({ detail: event }) => event.kind !== "hidden" && soon());
document.addEventListener("visibilitychange", soon);
setInterval(() => Date.now() - fetchedAt >= EVERY && soon(), 1_000);

// --- which source is shown ----------------------------------------------------------------------------------------

const rows = () => [...root.querySelectorAll("[data-row]")];
const linkOf = (row) => row?.querySelector("[data-select]");
const selectedRow = () => root.querySelector("[data-row].is-selected");

async function show(address, { focusPane = false } = {}) {
  history.pushState({}, "", address);
  try {
    await refresh();
  } catch {
    return location.assign(address);
  }
  follow();
  if (focusPane && pane.classList.contains("is-open")) pane.querySelector("[data-close-pane]")?.focus();
}

function follow() {
  pane?.classList.toggle("is-open", new URLSearchParams(location.search).has("source"));
}

root.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest("a:not([data-select]), button")) return;
  const link = linkOf(event.target.closest("[data-row]"));
  if (!link) return;
  event.preventDefault();
  show(link.href, { focusPane: true });
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
  const row = all[Math.min(Math.max(all.indexOf(selectedRow()) + step, 0), all.length - 1)];
  row.scrollIntoView({ block: "nearest" });
  linkOf(row).focus({ preventScroll: true });
  show(linkOf(row).href);
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
