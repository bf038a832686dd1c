/** Tones made on the spot: red repeats until nobody's red is left, orange sounds once. Off until the browser allows it. */

const REPEAT = 8_000;
const button = document.querySelector("[data-sound]");
let context = null;
let repeating = 0;

const stored = localStorage.getItem("sentinel.sound");
let wanted = stored === null ? button?.getAttribute("aria-pressed") === "true" : stored === "on";

function show() {
  const blocked = wanted && context?.state !== "running";
  button.setAttribute("aria-pressed", String(wanted));
  button.querySelector("[data-sound-on]").hidden = !wanted || blocked;
  button.querySelector("[data-sound-off]").hidden = wanted && !blocked;
  button.querySelector("[data-sound-word]").hidden = !blocked;
  button.setAttribute("aria-label", blocked ? button.querySelector("[data-sound-word]").textContent : button.dataset.label);
  button.title = blocked ? button.dataset.textBlocked : wanted ? button.dataset.textOn : button.dataset.textOff;
}

async function allow() {
  context ??= new AudioContext();
  if (context.state !== "running") await context.resume().catch(() => undefined);
  show();
}

function tone(at, frequency, length) {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.28, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, at + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}

function play(tier) {
  if (!wanted || context?.state !== "running") return;
  const now = context.currentTime;
  const notes = tier === 1 ? [880, 660, 880, 660] : [587, 784];
  notes.forEach((frequency, index) => tone(now + index * 0.2, frequency, 0.22));
  button.dispatchEvent(new CustomEvent("sounded", { bubbles: true, detail: { tier } }));
}

/** Sounds for a new or raised alert of `tier`. */
export function ring(tier) {
  if (tier <= 2) play(tier);
}

/** Keeps red sounding while `red` unclaimed red alerts are left. */
export function keepRinging(red) {
  if (red && !repeating) repeating = setInterval(() => play(1), REPEAT);
  if (!red && repeating) repeating = clearInterval(repeating) ?? 0;
}

if (button) {
  button.addEventListener("click", async () => {
    const blocked = wanted && context?.state !== "running";
    if (!blocked) {
      wanted = !wanted;
      localStorage.setItem("sentinel.sound", wanted ? "on" : "off");
    }
    if (wanted) await allow();
    if (wanted && context.state === "running") play(2);
    show();
  });
  for (const gesture of ["pointerdown", "keydown"]) {
    document.addEventListener(gesture, () => wanted && allow(), { once: true, passive: true });
  }
  show();
}
