/** What every page does: dialogs, toasts, table toggles, keys, clocks, live. */

import "./alarm.js";
import "./drill_banner.js";
import "./forms.js";
import "./htmx.js";
import "./kept.js";
import "./live.js";
import "./source_notices.js";
import "./theme.js";
import "./waiting.js";
import { startClocks } from "./clocks.js";
import { startKeys } from "./keys.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) {
    opener.closest("[popover]")?.hidePopover();
    document.getElementById(opener.dataset.openDialog)?.showModal();
  }
  event.target.closest("[data-close-dialog]")?.closest("dialog")?.close();
  event.target.closest("[data-toast-close]")?.closest("[data-toast]")?.remove();
  const toggle = event.target.closest("[data-table-toggle]");
  if (toggle) showTable(toggle);
});

function showTable(toggle) {
  const table = document.getElementById(toggle.dataset.tableToggle);
  table.hidden = !table.hidden;
  toggle.setAttribute("aria-expanded", String(!table.hidden));
}

// What only confirms goes away by itself; warnings and errors stay until they are closed.
for (const toast of document.querySelectorAll('[data-toast="success"], [data-toast="info"]')) {
  setTimeout(() => toast.remove(), 8000);
}

startKeys({ "?": () => document.getElementById("help")?.showModal() });
startClocks();
