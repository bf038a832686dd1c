/** What waits for the reader's decision: the badge of the plans, and the list where a page has a slot for it. */

const AFTER = 500;
const address = document.querySelector("[data-waiting]")?.dataset.waiting;
const slot = document.querySelector("[data-waiting-slot]");
let timer = 0;

async function refresh() {
  const response = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
  if (!response.ok || response.redirected) return;
  const html = await response.text();
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const count = Number(answer.content.querySelector("[data-waiting-count]")?.dataset.waitingCount ?? 0);
  for (const badge of document.querySelectorAll('[data-count="plans"]')) {
    badge.hidden = !count;
    badge.querySelector("b").textContent = count;
  }
  slot?.replaceChildren(answer.content);
}

const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(() => refresh().catch(() => undefined), AFTER); // the next ring would ask as well
};

if (address) {
  if (slot) refresh().catch(() => undefined);
  document.addEventListener("live", ({ detail }) => {
    if (detail.type === "reset" || detail.kind === "crisis.changed") soon();
  });
}
