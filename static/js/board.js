/**
 * The board: rows change in place, new ones wait behind the pill, the pane follows the selection.
 * The truth is always a fragment from the server; a live event only says that it is time to fetch it.
 */

import { showClocks } from "./clocks.js";
import htmx from "./htmx.js";
import { startKeys } from "./keys.js";
import { toast } from "./notice.js";

const board = document.querySelector("[data-board]");
const queue = document.getElementById("queue");
const summary = document.getElementById("summary");
const pane = document.getElementById("preview");
const pill = board.querySelector("[data-show-new]");
const overlay = window.matchMedia("(max-width: 1000px)");
const fresh = new Set(); // shown since the page was opened and not yet looked at
let waiting = new Map(); // id → tier of what stands behind the pill
let pending = false; // a claim or close is on its way
let turn = 0; // counts what the pane was asked to show, so that an answer that comes late is dropped

const rows = () => [...queue.querySelectorAll("[data-alert]")];
const rowOf = (id) => queue.querySelector(`[data-alert="${id}"]`);
const selectedId = () => pane.querySelector("[data-selected]")?.dataset.selected;
const swap = (target, text, style) => htmx.swap({ target, text, swap: style });

function withSelection(address) {
  const url = new URL(address, location.href);
  url.search = location.search;
  if (selectedId()) url.searchParams.set("alert", selectedId());
  return url;
}

class Refused extends Error {} // 409: the message is the sentence that the server answered

async function fetchText(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { "X-Requested-With": "fetch" } });
  if (response.redirected) location.reload(); // the session ended
  const text = await response.text();
  if (response.status === 409) throw new Refused(text);
  if (!response.ok) throw new Error(String(response.status));
  return text;
}

/** Runs `work` at most every `gap` ms, at once if it may, never twice at a time, and never forgets the last call. */
function paced(gap, work) {
  let last = 0;
  let timer = 0;
  let busy = false;
  let again = false;
  const run = async () => {
    timer = 0;
    if (busy) return void (again = true);
    busy = true;
    last = Date.now();
    await work().catch(() => undefined); // the next event or the stale banner tells
    busy = false;
    if (again) {
      again = false;
      later();
    }
  };
  const later = () => {
    if (!timer) timer = setTimeout(run, Math.max(0, last + gap - Date.now()));
  };
  return later;
}

// --- queue and pill ---------------------------------------------------------------------------------------------

async function refreshQueue(showNew = false) {
  const page = document.createElement("template");
  page.innerHTML = await fetchText(withSelection(board.dataset.queueUrl));
  const shown = new Set(rows().map((row) => row.dataset.alert));
  const unseen = [...page.content.querySelectorAll("[data-alert]")].filter((row) => !shown.has(row.dataset.alert));
  waiting = new Map();
  for (const row of unseen) {
    if (showNew || !shown.size) fresh.add(row.dataset.alert);
    else {
      waiting.set(row.dataset.alert, Number(row.dataset.tier));
      row.remove();
    }
  }
  for (const body of page.content.querySelectorAll("tbody")) if (!body.querySelector("[data-alert]")) body.remove();
  await swap(queue, page.innerHTML, "innerMorph");
  afterQueue();
}

function afterQueue() {
  showClocks(queue);
  markSelection();
  for (const id of fresh) rowOf(id)?.classList.add("is-new");
  const counts = queue.querySelector(".queue-counts")?.dataset ?? {};
  for (const tab of board.querySelectorAll("[data-tab-count]")) tab.textContent = counts[tab.dataset.tabCount] ?? tab.textContent;
  showPill();
}

function showPill() {
  pill.hidden = waiting.size === 0;
  const text = waiting.size === 1 ? pill.dataset.textOne : pill.dataset.textMany;
  pill.querySelector("b").textContent = text.replace("{n}", waiting.size);
  const colours = pill.dataset.colours.split("|");
  const tiers = [...waiting.values()];
  const parts = [1, 2, 3, 4].map((tier) => [tiers.filter((one) => one === tier).length, colours[tier - 1]]);
  pill.querySelector("span").textContent = parts.filter(([n]) => n).map(([n, colour]) => `${n} ${colour}`).join(" ");
}

async function showNew() {
  if (!waiting.size) return;
  const [first] = waiting.keys();
  await refreshQueue(true);
  rowOf(first)?.scrollIntoView({ block: "nearest" });
  rowOf(first)?.querySelector("[data-preview]").focus({ preventScroll: true });
}

// --- summary ----------------------------------------------------------------------------------------------------

async function refreshSummary() {
  const open = summary.querySelector('[data-table-toggle][aria-expanded="true"]') !== null;
  await swap(summary, await fetchText(withSelection(board.dataset.summaryUrl)), "innerMorph");
  if (open) summary.querySelector("[data-table-toggle]").click();
}

// --- selection and pane -----------------------------------------------------------------------------------------

function markSelection() {
  for (const row of rows()) {
    const selected = row.dataset.alert === selectedId();
    row.classList.toggle("is-selected", selected);
    const link = row.querySelector("[data-preview]");
    if (selected) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

async function select(link, { open = false } = {}) {
  const id = link.closest("[data-alert]").dataset.alert;
  const mine = ++turn;
  try {
    const html = await fetchText(link.dataset.preview);
    if (mine !== turn) return;
    await showPane(html, "innerHTML");
  } catch {
    return location.assign(link.href);
  }
  fresh.delete(id);
  rowOf(id)?.classList.remove("is-new");
  const url = new URL(location.href);
  url.searchParams.set("alert", id);
  const opens = open && overlay.matches;
  history[opens ? "pushState" : "replaceState"]({ pane: opens }, "", url);
  if (opens) openPane();
}

/** Shows an alert; what stood in its [data-fetch] slot stays there until the fresh one came. */
async function showPane(html, style) {
  const page = document.createElement("template");
  page.innerHTML = html;
  const slot = page.content.querySelector("[data-fetch]");
  const stood = slot && pane.querySelector(`[data-fetch="${slot.dataset.fetch}"]`);
  if (stood) slot.innerHTML = stood.innerHTML;
  await swap(pane, page.innerHTML, style);
  showClocks(pane);
  markSelection();
  fillSlot();
}

/** Fetches what a higher room says of the alert. */
async function fillSlot() {
  const slot = pane.querySelector("[data-fetch]");
  if (!slot) return;
  const html = await fetchText(slot.dataset.fetch).catch(() => null);
  if (html !== null && slot.isConnected && !isTyping()) await swap(slot, html, "innerMorph");
}

const isTyping = () => pane.contains(document.activeElement) && document.activeElement.matches("input, textarea");

function openPane() {
  pane.classList.add("is-open");
  pane.querySelector("[data-close-pane]")?.focus();
}

function closePane() {
  pane.classList.remove("is-open");
  rowOf(selectedId())?.querySelector("[data-preview]").focus();
  const url = new URL(location.href);
  url.searchParams.delete("alert");
  history.replaceState({}, "", url);
}

async function refreshPane() {
  const link = rowOf(selectedId())?.querySelector("[data-preview]");
  const mine = turn;
  const isBusy = () => mine !== turn || pending || isTyping() || pane.querySelector("dialog[open]"); // who is asked a question is not disturbed
  if (!link || isBusy()) return;
  const html = await fetchText(link.dataset.preview);
  if (!isBusy()) await showPane(html, "innerMorph");
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.dataset.alert === selectedId());
  const row = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  const link = row.querySelector("[data-preview]");
  row.scrollIntoView({ block: "nearest" });
  link.focus({ preventScroll: true });
  select(link);
  return true;
}

// --- actions ----------------------------------------------------------------------------------------------------

async function act(form) {
  if (pending) return;
  pending = true;
  turn += 1;
  form.setAttribute("aria-busy", "true");
  try {
    const html = await fetchText(form.action, { method: "POST", body: new FormData(form) });
    form.closest("dialog")?.close();
    await showPane(html, "innerHTML");
  } catch (error) {
    form.closest("dialog")?.close();
    toast(error instanceof Refused ? error.message : board.dataset.textFailed);
    paneSoon();
  } finally {
    refreshAll();
    pending = false;
    form.removeAttribute("aria-busy");
  }
}

board.ownerDocument.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-act]")) return;
  event.preventDefault();
  act(event.target);
});

queue.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest("form, a:not([data-preview])")) return;
  const link = event.target.closest("[data-alert]")?.querySelector("[data-preview]");
  if (!link) return;
  event.preventDefault();
  select(link, { open: true });
});

pane.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close-pane]")) return;
  event.preventDefault();
  if (history.state?.pane) history.back();
  else closePane();
});
pane.addEventListener("close", () => paneSoon(), true); // what changed while the question was open
window.addEventListener("popstate", () => new URL(location.href).searchParams.has("alert") || closePane());

pill.addEventListener("click", showNew);

const inPane = (event) => event.target.closest?.("#preview, [role=region]:not(#queue)");
startKeys({
  j: () => move(1),
  k: () => move(-1),
  ArrowDown: (event) => (inPane(event) ? false : move(1)),
  ArrowUp: (event) => (inPane(event) ? false : move(-1)),
  a: () => pane.querySelector('form[data-act="claim"]')?.requestSubmit(),
  c: () => pane.querySelector("[data-close-alert]")?.click(),
  r: () => pane.querySelector("[data-open-crisis]")?.click(),
  n: showNew,
  Escape: () => (pane.classList.contains("is-open") ? closePane() : false),
});

// --- live -------------------------------------------------------------------------------------------------------

const queueSoon = paced(400, refreshQueue);
const queueSometimes = paced(2_000, refreshQueue);
const summarySoon = paced(1_000, refreshSummary);
const paneSoon = paced(1_000, refreshPane);
const paneSometimes = paced(15_000, refreshPane);

function refreshAll() {
  queueSoon();
  summarySoon();
}

fillSlot();

document.addEventListener("live", ({ detail: event }) => {
  if (event.type === "reset") {
    refreshAll();
    paneSoon();
  } else if (event.kind?.startsWith("alert.")) {
    refreshAll();
    if (String(event.id) === selectedId()) paneSoon();
  } else if (event.kind !== "hidden") {
    queueSometimes();
    summarySoon();
    paneSometimes();
  }
});
