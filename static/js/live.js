/**
 * The workspace's websocket: a doorbell. What it rings for is dispatched on `document` as "live" events:
 *   {type: "event", seq, kind, id, tier, counts}   in order, without a gap
 *   {type: "reset"}                                too much was missed: fetch everything again
 * What was missed is fetched by sequence number; silence of 45 s makes the page stale.
 */

import { serverNow, setServerTime } from "./clocks.js";
import { signInAgain } from "./kept.js";

const STALE_AFTER = 45_000;
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 30_000;

const bar = document.querySelector("[data-live]");
const banner = document.querySelector("[data-stale]");
let socket = null;
let seq = bar?.dataset.seq ? Number(bar.dataset.seq) : null;
let lastHeard = Date.now();
let attempts = 0;
let retryTimer = 0;
let catching = false;
let catchAgain = false;

const dispatch = (detail) => document.dispatchEvent(new CustomEvent("live", { detail }));

/** The time of day of a moment, in the zone of the page. */
function timeOf(milliseconds, withSeconds = true) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone };
  return new Intl.DateTimeFormat("en-GB", withSeconds ? { ...options, second: "2-digit" } : options).format(milliseconds);
}

function show(state) {
  if (bar.dataset.state === state && state !== "live") return;
  bar.dataset.state = state;
  const word = { live: bar.dataset.textLive, stale: bar.dataset.textStale }[state] ?? bar.dataset.textConnecting;
  bar.querySelector("[data-live-word]").textContent = word;
  const stale = state === "stale";
  document.documentElement.classList.toggle("is-stale", stale);
  if (stale) banner.querySelector("span").textContent = banner.dataset.text.replace("{time}", timeOf(lastHeardAt(), false));
  banner.hidden = !stale;
}

function lastHeardAt() {
  return serverNow() - (Date.now() - lastHeard);
}

function heard() {
  lastHeard = Date.now();
  show("live");
  bar.querySelector("[data-live-updated]").textContent = bar.dataset.textUpdated.replace("{time}", timeOf(serverNow()));
}

function receive(message) {
  if (message.server_time) setServerTime(message.server_time);
  heard();
  if (message.type === "event") {
    if (seq !== null && message.seq <= seq) return;
    if (catching || seq === null || message.seq !== seq + 1) return void catchUp();
    seq = message.seq;
    dispatch(message);
  } else if (seq === null || message.seq < seq) {
    seq = message.seq; // the first sight of this workspace, or its database is another one
    dispatch({ type: "reset" });
  } else if (message.seq > seq) {
    catchUp();
  }
}

async function catchUp() {
  if (catching) return void (catchAgain = true);
  catching = true;
  try {
    const response = await fetch(`${bar.dataset.missed}?after=${seq ?? 0}`, { headers: { Accept: "application/json" } });
    if (response.redirected || [401, 403, 404].includes(response.status)) return signInAgain();
    if (!response.ok) throw new Error(String(response.status));
    const missed = await response.json();
    seq = missed.seq;
    if (missed.reset) dispatch({ type: "reset" });
    else missed.events.forEach((event) => dispatch({ type: "event", ...event }));
  } catch {
    setTimeout(catchUp, 2_000); // the next beat would ask as well; this is only sooner
  } finally {
    catching = false;
    if (catchAgain) {
      catchAgain = false;
      catchUp();
    }
  }
}

function connect() {
  clearTimeout(retryTimer);
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  socket = new WebSocket(new URL(bar.dataset.socket, location.href.replace(/^http/, "ws")));
  socket.addEventListener("open", () => (attempts = 0));
  socket.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  socket.addEventListener("close", (event) => {
    if (event.code === 4403) return signInAgain(); // signed out, or no longer a member
    if (bar.dataset.state === "live") show("connecting");
    retryTimer = setTimeout(connect, retryDelay(attempts++));
  });
}

/** 1 s, doubled each time up to 30 s, of which a random half is taken off. */
export function retryDelay(attempt, random = Math.random()) {
  return Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** Math.min(attempt, 5)) * (0.5 + random / 2);
}

function watch() {
  if (Date.now() - lastHeard < STALE_AFTER) return;
  show("stale");
  if (socket?.readyState === WebSocket.OPEN) socket.close(); // a silent socket is a dead one
}

if (bar) {
  connect();
  setInterval(watch, 1_000);
  window.addEventListener("online", () => {
    attempts = 0;
    connect();
  });
}
