/** While a message is on its way, its receipt is fetched until it is there. */

import { reload } from "./reload.js";

const EVERY = 2_000;
const AT_MOST = 60; // times; then the page is left alone until somebody comes back to it
const list = document.querySelector("[data-deliveries]");
let left = AT_MOST;

async function refresh() {
  if (!document.hidden && !list.contains(document.activeElement)) {
    left -= 1;
    const response = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (response.redirected) return reload(); // the session ended
    if (response.ok) list.innerHTML = await response.text();
  }
  later();
}

function later() {
  if (left > 0 && list.querySelector("[data-moving]")) setTimeout(() => refresh().catch(later), EVERY);
}

later();
