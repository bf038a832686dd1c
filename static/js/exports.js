/**
 * Archives of evidence: how far one is, is asked for while it is built; who waits for it gets it when it is ready.
 *   [data-exports][data-fragment]   the list; in it [data-moving]: one that is being built; [data-mine]: the address of
 *                                   one that this person asked for
 */

import htmx from "./htmx.js";

const EVERY = 1_000;
const list = document.querySelector("[data-exports]");
const mine = (selector) => [...list.querySelectorAll(`[data-mine]${selector}`)].map((one) => one.dataset.mine);
const awaited = new Set(list ? mine("[data-moving]") : []);

async function look() {
  if (!document.hidden && list.querySelector("[data-moving]")) {
    const response = await fetch(list.dataset.fragment, { headers: { "X-Requested-With": "fetch" } });
    if (response.redirected) return location.reload(); // the session ended
    if (response.ok) await htmx.swap({ target: list, text: await response.text(), swap: "innerMorph" });
  }
  const ready = mine(":not([data-moving], .is-failed)").find((address) => awaited.delete(address));
  if (ready) location.assign(ready);
}

if (list) setInterval(() => look().catch(() => undefined), EVERY);
