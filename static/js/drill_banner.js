/** The line that says that a drill runs: it comes, changes its phase and goes without a new page. */

import { showClocks } from "./clocks.js";
import htmx from "./htmx.js";

const EVERY = 10_000;
const place = document.querySelector("[data-drill-banner]");

async function refresh() {
  const response = await fetch(place.dataset.drillBanner, { headers: { "X-Requested-With": "fetch" } });
  if (!response.ok || response.redirected) return; // live.js notices who is signed out
  await htmx.swap({ target: place, text: (await response.text()).trim(), swap: "innerMorph" });
  showClocks(place);
}

const quietly = () => refresh().catch(() => undefined); // the stale banner tells

if (place) {
  setInterval(() => !document.hidden && place.firstElementChild && quietly(), EVERY);
  document.addEventListener("live", ({ detail: event }) => (event.type === "reset" || event.kind?.startsWith("drill.")) && quietly());
}
