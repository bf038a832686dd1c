/** The line that tells admins of a source that is not seen: it comes and goes without a new page. */

import htmx from "./htmx.js";

const AFTER = 500;
const place = document.querySelector("[data-source-notices]");
let timer = 0;

async function refresh() {
  const response = await fetch(place.dataset.sourceNotices, { headers: { "X-Requested-With": "fetch" } });
  if (!response.ok || response.redirected) return; // live.js notices who is signed out
  await htmx.swap({ target: place, text: (await response.text()).trim(), swap: "innerMorph" });
}

const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(() => refresh().catch(() => undefined), AFTER); // the next ring would ask as well
};

if (place) {
  document.addEventListener("live", ({ detail: event }) => {
    if (event.type === "reset" || event.kind === "source.noticed") soon();
  });
}
