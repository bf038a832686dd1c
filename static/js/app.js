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

// Buttons open and close dialogs by themselves (command, commandfor), before any script runs; older browsers do not know it.
const KNOWS_COMMANDS = "commandForElement" in HTMLButtonElement.prototype;

document.addEventListener("click", (event) => {
  const commander = event.target.closest("button[command]");
  if (commander && !KNOWS_COMMANDS) command(commander);
  event.target.closest("[data-close-dialog]")?.closest("dialog")?.close();
  event.target.closest("[data-toast-close]")?.closest("[data-toast]")?.remove();
  const toggle = event.target.closest("[data-table-toggle]");
  if (toggle) showTable(toggle);
});

function command(button) {
  button.closest("[popover]")?.hidePopover();
  const dialog = document.getElementById(button.getAttribute("commandfor"));
  if (button.getAttribute("command") === "show-modal") dialog?.showModal();
  else dialog?.close();
}

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
