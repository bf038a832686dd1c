/** Walks through a list's rows by key: J and K move the focus from link to link, Enter is the link's own. */

import { startKeys } from "./keys.js";

const links = [...document.querySelectorAll("[data-row] .mention-link")];

function move(step) {
  if (!links.length) return false;
  const at = links.findIndex((link) => link.closest("[data-row]").contains(document.activeElement));
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)];
  next.focus({ preventScroll: true });
  next.closest("[data-row]").scrollIntoView({ block: "nearest" });
  return true;
}

startKeys({ j: () => move(1), k: () => move(-1) });
