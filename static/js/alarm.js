/** What every page of a workspace does when an alert is opened, raised, claimed or closed somewhere. */

import { announce, showUnclaimed } from "./notice.js";
import { keepRinging, ring } from "./sound.js";

const bar = document.querySelector("[data-live]");

function show(unclaimed, red) {
  showUnclaimed(unclaimed, red);
  keepRinging(red);
}

document.addEventListener("live", ({ detail: event }) => {
  if (event.type !== "event" || !event.kind?.startsWith("alert.")) return;
  if (event.counts?.unclaimed !== undefined) show(event.counts.unclaimed, event.counts.unclaimed_red ?? 0);
  if (event.kind !== "alert.opened" && event.kind !== "alert.raised") return;
  ring(event.tier);
  const level = bar.dataset.levels.split("|")[event.tier - 1];
  const text = (event.kind === "alert.opened" ? bar.dataset.textOpened : bar.dataset.textRaised).replace("{level}", level);
  announce(event.counts?.drill ? bar.dataset.textDrill.replace("{text}", text) : text, event.tier === 1);
});

if (bar) show(Number(bar.dataset.unclaimed || 0), Number(bar.dataset.unclaimedRed || 0));
