/**
 * Nothing typed is lost when a session ends in the middle of writing.
 *
 * A page that is left keeps what was typed into its forms, for this tab alone. Where a page of the workspace comes next,
 * the server has answered, and it is forgotten; where it is the page to sign in (or that a form is out of date, or an
 * error), it is put back once the same person sees the same form again, and sent by that person alone.
 */

import { toast } from "./notice.js";
import { reload } from "./reload.js";

const STORE = "typed";
const LONGEST = 12 * 3600 * 1000; // ms, a session's length
const YOUNG = 10_000; // ms; a page that is refused as soon as it is there would be so again
const LOCKS = ["revision", "over"]; // what the words were written over: so that a colleague's later save is noticed
const user = document.body.dataset.user;

const isTyped = (field) =>
  field.name && !field.disabled && field.matches("textarea, select, input:not([type=hidden], [type=file], [type=password], [type=submit], [type=button])");

const isChanged = (field) =>
  field.matches("[type=checkbox], [type=radio]")
    ? field.checked !== field.defaultChecked
    : field.matches("select")
      ? [...field.options].some((option) => option.selected !== option.defaultSelected) && [...field.options].some((option) => option.defaultSelected)
      : field.value !== field.defaultValue;

const valuesOf = (form) =>
  [...form.elements]
    .filter((field) => isTyped(field) || LOCKS.includes(field.name))
    .filter((field) => !field.matches("[type=checkbox], [type=radio]") || field.checked)
    .flatMap((field) => (field.multiple ? [...field.selectedOptions].map((option) => [field.name, option.value]) : [[field.name, field.value]]));

const forms = (root = document) => [...root.querySelectorAll('form[method="post"]')];
const read = () => JSON.parse(sessionStorage.getItem(STORE) ?? "null");

function keep(isHeld) {
  if (!user) return;
  const typed = forms().filter((form) => [...form.elements].some((field) => isTyped(field) && isChanged(field)));
  if (typed.length) sessionStorage.setItem(STORE, JSON.stringify({ user, at: Date.now(), isHeld, forms: typed.map((form) => [form.action, valuesOf(form)]) }));
}

function fill(form, values) {
  for (const field of form.elements) {
    const given = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (LOCKS.includes(field.name) && given.length) field.value = given[0];
    if (!isTyped(field)) continue;
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = given.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = given.includes(option.value);
    else if (given.length) field.value = given[0];
  }
  form.closest("dialog:not([open])")?.showModal();
  form.closest("[popover]:not(:popover-open)")?.showPopover();
  for (const details of form.querySelectorAll("details")) details.open = true;
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Puts back what was typed into the forms of a page, once. */
function putBack(held) {
  const left = held.forms.filter(([action, values]) => {
    const form = forms().find((one) => one.action === action);
    if (form) fill(form, values);
    return !form;
  });
  if (left.length) sessionStorage.setItem(STORE, JSON.stringify({ ...held, forms: left }));
  else sessionStorage.removeItem(STORE);
  if (left.length < held.forms.length) toast(document.body.dataset.textKept);
}

function arrive() {
  const held = read();
  if (!held) return;
  if (!user) return sessionStorage.setItem(STORE, JSON.stringify({ ...held, isHeld: true }));
  if (!held.isHeld || held.user !== user || Date.now() - held.at > LONGEST) return sessionStorage.removeItem(STORE);
  putBack(held);
}

let isLeaving = false; // by choice, or with everything kept

/** Whether an answer is the page to sign in, or a refusal of a form from before somebody signed in in another tab. */
export const isSignedOut = (response) =>
  (response.redirected && new URL(response.url).pathname === document.body.dataset.login) || (response.status === 403 && performance.now() > YOUNG);

/** The session ended under somebody's hands: goes to `address` (by default this page again), which asks to sign in. */
export function signInAgain(address = location.href) {
  keep(true);
  isLeaving = true;
  if (address === location.href) reload();
  else location.assign(address);
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-keep-typed]")) keep(true); // the same page comes back, in another language
  isLeaving ||= event.target.matches("[data-sign-out], [data-keep-typed]");
});
window.addEventListener("beforeunload", (event) => isLeaving && event.stopImmediatePropagation()); // nobody need be asked
window.addEventListener("pagehide", () => isLeaving || keep(false));
window.addEventListener("load", arrive);
