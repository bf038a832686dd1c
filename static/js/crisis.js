/**
 * A crisis' page: its parts are fetched again when the crisis or its figures change, never under somebody who types.
 * A part is an element with data-fragment="<address>"; data-on="pulse" has it follow the figures as well.
 */

import { showClocks } from "./clocks.js";
import htmx from "./htmx.js";
import { isSignedOut, signInAgain } from "./kept.js";
import { startKeys } from "./keys.js";
import { toast } from "./notice.js";
import { isTyped } from "./typed.js";

const page = document.querySelector("[data-crisis]");
const PAUSE = 1_000;
const PULSE_PAUSE = 15_000;

const parts = (selector = "") => [...document.querySelectorAll(`[data-fragment]${selector}`)];

/** Whether somebody works in the part right now: types or has typed, has a menu or a dialog open. */
function isBusy(part) {
  const focused = document.activeElement;
  if (part.contains(focused) && focused.matches("input, select, textarea, [contenteditable]")) return true;
  if (part.querySelector("dialog[open], [popover]:popover-open")) return true;
  return isTyped(part);
}

async function refresh(part) {
  if (isBusy(part)) return void (part.dataset.stale = "");
  delete part.dataset.stale;
  const response = await fetch(part.dataset.fragment, { headers: { "X-Requested-With": "fetch" } });
  if (isSignedOut(response)) return signInAgain();
  if (!response.ok) return;
  const text = await response.text();
  if (isBusy(part)) return void (part.dataset.stale = "");
  await put(part, text);
}

/** Puts a fresh fragment in place; tables and details that are open stay so. */
async function put(part, text) {
  const open = [...part.querySelectorAll('[data-table-toggle][aria-expanded="true"]')].map((toggle) => toggle.dataset.tableToggle);
  const details = [...part.querySelectorAll("details[open]")].map((one) => one.id).filter(Boolean);
  await htmx.swap({ target: part, text, swap: "innerMorph" });
  for (const id of details) document.getElementById(id)?.setAttribute("open", "");
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

// --- forms that answer in place -----------------------------------------------------------------------------------

/** A form[data-inplace] is answered with its part (or the part whose address it names); a refusal keeps what was typed. */
async function act(form) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const part = form.dataset.inplace ? parts().find((one) => one.dataset.fragment === form.dataset.inplace) : form.closest("[data-fragment]");
  const refused = (form.closest("dialog") ?? part).querySelector("[data-refused]");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
    if (isSignedOut(response)) return signInAgain();
    const text = await response.text();
    if (response.status === 409) return refuse(refused, text);
    if (!response.ok && response.status !== 422) throw new Error(String(response.status));
    if (response.ok) form.reset();
    await htmx.swap({ target: part, text, swap: "innerHTML" });
    showClocks(part);
    if (response.ok) form.closest("dialog")?.close();
    part.querySelector(response.ok ? "[data-refused]" : ".field-error")?.scrollIntoView({ block: "nearest" });
  } catch {
    refuse(refused, page.dataset.textFailed);
  } finally {
    form.ariaBusy = "false";
  }
}

function refuse(place, text) {
  if (!place) return toast(text);
  place.textContent = text;
  place.hidden = false;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-inplace]")) return;
  event.preventDefault();
  act(event.target);
});

// --- keys ---------------------------------------------------------------------------------------------------------

/** The key's action on the element, where the page has it; without it the key stays free. */
const on = (selector, action) => () => {
  const element = document.querySelector(selector);
  if (!element) return false;
  action(element);
  return true;
};
const sheet = (selector) => on(selector, (element) => element.showPopover());
startKeys({ e: sheet("#emergency-sheet"), h: sheet("#holding-sheet"), l: on("[data-note]", (button) => button.click()) });
