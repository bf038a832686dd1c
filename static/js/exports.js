/**
 * Archives of evidence: how far one is, is asked for while it is built; who asked for it gets it when it is ready.
 *   [data-exports][data-fragment]   the list; [data-moving] in it: one is being built; [data-take]: one that is ready
 */

import htmx from "./htmx.js";

const EVERY = 1_000;
const list = document.querySelector("[data-exports]");
let isWaiting = Boolean(list?.querySelector("[data-moving]"));

async function look() {
  if (!isWaiting || document.hidden) return;
  const known = new Set([...list.querySelectorAll("[data-take]")].map((one) => one.dataset.take));
  const response = await fetch(list.dataset.fragment, { headers: { "X-Requested-With": "fetch" } });
  if (response.redirected) return location.reload(); // the session ended
  if (!response.ok) return;
  await htmx.swap({ target: list, text: await response.text(), swap: "innerMorph" });
  isWaiting = Boolean(list.querySelector("[data-moving]"));
  const ready = [...list.querySelectorAll("[data-take]")].map((one) => one.dataset.take).find((one) => !known.has(one));
  if (ready && !isWaiting) location.assign(ready);
}

if (list) setInterval(() => look().catch(() => undefined), EVERY);
