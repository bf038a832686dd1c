/** The page of a running drill: what changes is fetched as a fragment and morphed in; when the drill is over the page is read anew. */

import htmx from "./htmx.js";
import { reload } from "./reload.js";

const EVERY = 3_000;
const live = document.querySelector("[data-drill]");

async function refresh() {
  if (document.hidden) return;
  const response = await fetch(live.dataset.liveUrl, { headers: { "X-Requested-With": "fetch" } });
  if (response.redirected || [204, 403, 404].includes(response.status)) return reload(); // over, or signed out
  if (response.ok) await htmx.swap({ target: live, text: await response.text(), swap: "innerMorph" });
}

const quietly = () => refresh().catch(() => undefined); // the stale banner tells
setInterval(quietly, EVERY);
document.addEventListener("visibilitychange", quietly);
