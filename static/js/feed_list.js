/** What the first visits of new feeds say comes in by itself, until all have been tried. */

import { reload } from "./reload.js";

const EVERY = 2_000;

async function refresh() {
  const shown = document.getElementById("result");
  if (shown.dataset.waiting === "0") return;
  try {
    const response = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (response.redirected || [403, 404].includes(response.status)) return reload();
    if (response.ok) {
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("result");
      if (fresh && !shown.contains(document.activeElement)) shown.replaceWith(fresh);
    }
  } catch {
    // the next turn asks again
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
