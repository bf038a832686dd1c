/** Counts every [data-due] down and every [data-since] up once a second by the server's clock, and says how late what is late is. */

let offset = 0; // milliseconds that the server's clock is ahead of this one

/** Sets the clock by an ISO 8601 time that the server just gave. */
export function setServerTime(iso) {
  const at = Date.parse(iso);
  if (!Number.isNaN(at)) offset = at - Date.now();
}

/** Now by the server's clock, in milliseconds. */
export function serverNow() {
  return Date.now() + offset;
}

/** 192 → "3:12", 4925 → "1:22:05". */
export function countdown(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = String(Math.floor(seconds % 60)).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Seconds in words by the page's forms "{n} s|{n} min|{n} h {m} min|{n} d". */
export function spanWords(seconds, forms) {
  const [s, m, h, d] = forms.split("|");
  const fill = (form, n, rest = 0) => form.replace("{n}", n).replace("{m}", rest);
  if (seconds < 60) return fill(s, Math.floor(seconds));
  if (seconds < 3600) return fill(m, Math.floor(seconds / 60));
  if (seconds < 86400) return fill(h, Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
  return fill(d, Math.floor(seconds / 86400));
}

function show(element) {
  const left = Math.ceil((Date.parse(element.dataset.due) - serverNow()) / 1000);
  const late = left <= 0;
  const text = late ? element.dataset.late.replace("{span}", spanWords(-left, element.dataset.units)) : countdown(left);
  if (element.textContent !== text) element.textContent = text;
  element.classList.toggle("is-late", late);
}

/** Shows every clock now; call it after new parts came into the page. */
export function showClocks(root = document) {
  for (const element of root.querySelectorAll("[data-due]")) show(element);
  for (const element of root.querySelectorAll("[data-since]")) {
    element.textContent = countdown(Math.max(0, (serverNow() - Date.parse(element.dataset.since)) / 1000));
  }
}

/** Starts the ticking; a hidden page does not tick. */
export function startClocks() {
  if (document.body.dataset.serverTime) setServerTime(document.body.dataset.serverTime);
  showClocks();
  setInterval(() => document.hidden || showClocks(), 1000);
  document.addEventListener("visibilitychange", () => document.hidden || showClocks());
}
