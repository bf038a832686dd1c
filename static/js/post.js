/** A post's page: verdicts and neighbours by key, snapshots that load when they are opened, the hash to the clipboard. */

import { startKeys } from "./keys.js";

const press = (selector) => () => {
  const target = document.querySelector(selector);
  if (!target) return false;
  target.click();
  return true;
};

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-open-snapshot]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.openSnapshot);
    const frame = dialog.querySelector("iframe");
    if (!frame.src) frame.src = frame.dataset.src;
    dialog.showModal();
  }
  const plain = event.target.closest("[data-plain]");
  if (plain) {
    const frame = plain.closest("dialog").querySelector("iframe");
    const isPlain = plain.getAttribute("aria-pressed") !== "true";
    plain.setAttribute("aria-pressed", String(isPlain));
    frame.src = isPlain ? frame.dataset.src.replace("#", "?plain=1#") : frame.dataset.src;
  }
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    await navigator.clipboard.writeText(copier.dataset.copy);
    document.querySelector('[data-announce="polite"]').textContent = copier.dataset.copied;
    copier.dataset.done = "";
    setTimeout(() => delete copier.dataset.done, 2000);
  }
});

startKeys({
  1: press('[data-key="1"]'),
  2: press('[data-key="2"]'),
  3: press('[data-key="3"]'),
  4: press('[data-key="4"]'),
  x: press("[data-key-dismiss]"),
  v: press("[data-key-evidence]"),
  s: press("[data-open-snapshot]"),
  j: press('[data-step="older"]'),
  k: press('[data-step="newer"]'),
});
