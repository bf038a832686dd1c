/** How the page draws attention: the title's number, the favicon's dot, words for screen readers, toasts. */

const PAUSE = 10_000;
const title = document.title.replace(/^\(\d+\) /, "");
let spokenAt = 0;
let waiting = null;
let timer = 0;

/** Says `text` to screen readers, at most once in 10 s; what waits is replaced by what is newer or more urgent. */
export function announce(text, urgent = false) {
  if (!waiting || urgent || !waiting.urgent) waiting = { text, urgent };
  clearTimeout(timer);
  timer = setTimeout(speak, Math.max(0, spokenAt + PAUSE - Date.now()));
}

function speak() {
  spokenAt = Date.now();
  document.querySelector(`[data-announce="${waiting.urgent ? "now" : "polite"}"]`).textContent = waiting.text;
  waiting = null;
}

/** Shows how many alerts nobody claimed: in the title, the navigation and, as a dot, the favicon. */
export function showUnclaimed(count, red) {
  document.title = count ? `(${count}) ${title}` : title;
  for (const badge of document.querySelectorAll('[data-count="board"]')) {
    badge.hidden = !count;
    badge.querySelector("b").textContent = count;
  }
  showDot(count ? (red ? "#c3161c" : "#f0801f") : null);
}

function showDot(colour) {
  const link = document.querySelector('link[rel="icon"]');
  link.dataset.plain ??= link.href;
  if (!colour) return void (link.href = link.dataset.plain);
  const image = new Image();
  image.addEventListener("load", () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0, 64, 64);
    pen.beginPath();
    pen.arc(47, 17, 16, 0, 7);
    pen.fillStyle = colour;
    pen.fill();
    pen.lineWidth = 4;
    pen.strokeStyle = "#fff";
    pen.stroke();
    link.href = canvas.toDataURL("image/png");
  });
  image.src = link.dataset.plain;
}

/** A toast that stays until it is closed. */
export function toast(text) {
  const box = document.querySelector("[data-toasts]");
  const item = document.createElement("div");
  item.className = "toast is-error";
  item.dataset.toast = "error";
  item.append(Object.assign(document.createElement("p"), { textContent: text }));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "icon-button", textContent: "×" });
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", box.dataset.closeLabel);
  item.append(close);
  box.append(item);
}
