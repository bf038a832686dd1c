/**
 * A crisis' page: its parts are fetched again when the crisis or its figures change, never under somebody who types.
 * A part is an element with data-fragment="<address>"; data-on="pulse" has it follow the figures as well.
 */

import { showClocks } from "./clocks.js";
import htmx from "./htmx.js";

const page = document.querySelector("[data-crisis]");
const PAUSE = 1_000;
const PULSE_PAUSE = 15_000;

const parts = (selector = "") => [...document.querySelectorAll(`[data-fragment]${selector}`)];

/** Whether somebody works in the part right now: types, has a menu, a sheet or a detail open. */
function isBusy(part) {
  const focused = document.activeElement;
  if (part.contains(focused) && focused.matches("input, select, textarea, [contenteditable]")) return true;
  return part.querySelector("dialog[open], [popover]:popover-open, details[open] form") !== null;
}

async function refresh(part) {
  if (isBusy(part)) return void (part.dataset.stale = "");
  delete part.dataset.stale;
  const response = await fetch(part.dataset.fragment, { headers: { "X-Requested-With": "fetch" } });
  if (response.redirected) return location.reload(); // the session ended
  if (!response.ok) return;
  const text = await response.text();
  if (isBusy(part)) return void (part.dataset.stale = "");
  const open = [...part.querySelectorAll('[data-table-toggle][aria-expanded="true"]')].map((toggle) => toggle.dataset.tableToggle);
  await htmx.swap({ target: part, text, swap: "innerMorph" });
  for (const id of open) part.querySelector(`[data-table-toggle="${id}"][aria-expanded="false"]`)?.click();
  showClocks(part);
}

/** Runs `work` at most every `gap` ms and never forgets the last call. */
function paced(gap, work) {
  let last = 0;
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      last = Date.now();
      work();
    }, Math.max(0, last + gap - Date.now()));
  };
}

const every = (selector) => parts(selector).forEach((part) => refresh(part).catch(() => undefined));
const refreshSoon = paced(PAUSE, () => every(""));
const refreshSometimes = paced(PULSE_PAUSE, () => every('[data-on="pulse"]'));

document.addEventListener("live", ({ detail: event }) => {
  if (event.type === "reset") refreshSoon();
  else if (event.kind === "crisis.changed") String(event.id) === page.dataset.crisis && refreshSoon();
  else if (event.kind !== "hidden") refreshSometimes();
});

// What could not be refreshed under somebody's hands is refreshed when they let go.
const catchUp = paced(300, () => every("[data-stale]"));
document.addEventListener("focusout", catchUp);
document.addEventListener("toggle", catchUp, true);
document.addEventListener("close", catchUp, true);
