/** The review keeps itself: a moment after the last stroke its form is posted; a refusal is said and nothing is lost. */

import { isSignedOut, signInAgain } from "./kept.js";
import { isTyped } from "./typed.js";

const form = document.querySelector("[data-review]");
const note = form.querySelector("[data-saved]");
const PAUSE = 1_500;
let timer = 0;
let saving = false;
let stopped = false;

function say(text, isError = false) {
  note.textContent = text;
  note.classList.toggle("danger", isError);
}

async function save() {
  if (saving) return void (timer = setTimeout(save, PAUSE));
  saving = true;
  const body = new FormData(form);
  try {
    const response = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    if (isSignedOut(response)) return signInAgain();
    const text = await response.text();
    if (response.ok) {
      form.elements.revision.value = text;
      say(note.dataset.textSaved);
    } else {
      stopped = response.status === 409; // the button shows both texts
      say(text, true);
    }
  } catch {
    timer = setTimeout(save, 4 * PAUSE);
  } finally {
    saving = false;
  }
}

form.addEventListener("input", (event) => {
  if (stopped) return;
  say(note.dataset.textUnsaved);
  clearTimeout(timer);
  if (!event.isComposing) timer = setTimeout(save, PAUSE);
});
form.addEventListener("submit", () => clearTimeout(timer));
window.addEventListener("beforeunload", (event) => {
  if (note.textContent === note.dataset.textUnsaved && document.activeElement?.type !== "submit") event.preventDefault();
});
if (isTyped(form)) form.dispatchEvent(new Event("input"));
