/**
 * Forms in a dialog where there is room: a[data-sheet] fetches its page's form instead of going there.
 * What is wrong comes back as the form again; when it was written, the page is read afresh.
 */

import { startForms } from "./forms.js";
import { isSignedOut, signInAgain } from "./kept.js";

const WIDE = matchMedia("(min-width: 721px)");
const HEADERS = { "X-Requested-With": "fetch" };

const dialog = Object.assign(document.createElement("dialog"), { className: "dialog sheet" });
dialog.setAttribute("aria-labelledby", "sheet-title");
document.body.append(dialog);

function fill(text) {
  dialog.innerHTML = text;
  startForms(dialog);
  (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("textarea, input:not([type=hidden]), select"))?.focus();
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (event.target.closest("a[data-close-dialog]") && dialog.contains(event.target)) event.preventDefault();
  if (!link || !WIDE.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const response = await fetch(link.href, { headers: HEADERS }).catch(() => null);
  if (!response?.ok || response.redirected) return location.assign(link.href);
  fill(await response.text());
  dialog.showModal();
});

dialog.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const buttons = dialog.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  const sent = { method: "POST", body: new FormData(form), headers: HEADERS };
  const response = await fetch(form.action, sent).catch(() => null);
  if (response && isSignedOut(response)) return signInAgain(form.action);
  if (response?.redirected) {
    const here = location.pathname === new URL(response.url).pathname;
    return here ? location.reload() : location.assign(response.url);
  }
  for (const button of buttons) button.disabled = false;
  if (response?.status === 422) return fill(await response.text());
  const said = document.createElement("p");
  said.className = "notice is-bad";
  said.setAttribute("role", "alert");
  said.textContent = response?.status === 409 ? await response.text() : document.querySelector("[data-text-failed]")?.dataset.textFailed;
  form.prepend(said);
});
