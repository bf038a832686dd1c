/**
 * Parts of forms that answer while one types. Without scripts each is a plain field.
 *   [data-chips]            a text area of names, one a line, shown as chips (components/chips_field.html)
 *   [data-test="<url>"]     posts its form's fields as they change; the fragment that comes back fills [data-test-output]
 *   [data-show-password]    a button that shows what its field hides
 *   [data-copy="<id>"]      a button that copies the text of an element
 *   form[method=post]       sent once, however often its button is pressed while the answer is on its way
 *   form[data-slow]         while the answer takes its time, the button says its [data-busy] and [data-slow-note] shows
 */

import { isTyped } from "./typed.js";

const PAUSE = 300;
const SENT_AGAIN_AFTER = 10_000; // an answer that is a file leaves its form behind
const SEPARATORS = /[\n,，、;；]+/;

// --- names as chips ---------------------------------------------------------------------------------------------

function startChips(field) {
  const area = field.querySelector("textarea");
  const template = field.querySelector("template[data-chip]");
  const list = Object.assign(document.createElement("ul"), { className: "chip-input" });
  const item = Object.assign(document.createElement("li"), { className: "is-entry" });
  const entry = Object.assign(document.createElement("input"), { id: `${area.id}_entry`, autocomplete: "off" });
  entry.placeholder = field.dataset.placeholder;
  for (const name of ["aria-describedby", "aria-invalid"]) if (area.hasAttribute(name)) entry.setAttribute(name, area.getAttribute(name));
  field.querySelector("label").htmlFor = entry.id;
  item.append(entry);
  list.append(item);
  area.after(list);
  area.hidden = true;
  area.required = false; // the server says it; a hidden field cannot

  const names = () => area.value.split("\n").map((name) => name.trim()).filter(Boolean);
  const set = (values) => {
    area.value = [...new Set(values)].join("\n");
    draw();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const take = () => {
    const added = entry.value.split(SEPARATORS).map((name) => name.trim()).filter(Boolean);
    entry.value = "";
    if (added.length) set([...names(), ...added]);
  };
  function draw() {
    for (const chip of [...list.children].slice(0, -1)) chip.remove();
    for (const name of names()) {
      const chip = template.content.firstElementChild.cloneNode(true);
      chip.querySelector("span").textContent = name;
      const remove = chip.querySelector("button");
      remove.setAttribute("aria-label", field.dataset.remove.replace("{name}", name));
      remove.addEventListener("click", () => {
        set(names().filter((other) => other !== name));
        entry.focus();
      });
      item.before(chip);
    }
  }

  entry.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && entry.value.trim()) {
      event.preventDefault();
      take();
    } else if (event.key === "Backspace" && !entry.value && names().length) {
      set(names().slice(0, -1));
    }
  });
  entry.addEventListener("input", (event) => event.isComposing || (SEPARATORS.test(entry.value) && take()));
  entry.addEventListener("blur", take);
  list.addEventListener("click", (event) => event.target === list && entry.focus());
  draw();
}

// --- tests that answer while one types --------------------------------------------------------------------------

function startTest(widget) {
  const form = widget.closest("form");
  const output = widget.querySelector("[data-test-output]");
  let timer = 0;
  let running = null;

  async function run() {
    running?.abort();
    if (form.ariaBusy === "true") return; // the form itself is on its way, and what it tests may be gone
    running = new AbortController();
    output.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(widget.dataset.test, {
        method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" }, signal: running.signal,
      });
      if (response.ok && !response.redirected) output.innerHTML = await response.text();
    } catch (error) {
      if (error.name === "AbortError") return; // a newer one is on its way
    }
    output.removeAttribute("aria-busy");
  }

  const soon = (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(run, PAUSE);
  };
  for (const name of ["input", "change", "compositionend"]) form.addEventListener(name, soon);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    running?.abort();
    output.removeAttribute("aria-busy");
  });
  if (isTyped(form)) run();
}

// --- buttons beside fields --------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const shower = event.target.closest("[data-show-password]");
  if (shower) {
    const field = shower.parentElement.querySelector("input");
    field.type = field.type === "password" ? "text" : "password";
    shower.setAttribute("aria-pressed", String(field.type === "text"));
  }
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    const source = document.getElementById(copier.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    copier.classList.add("is-done");
    setTimeout(() => copier.classList.remove("is-done"), 1500);
  }
});

// --- forms that are on their way --------------------------------------------------------------------------------

function free(form) {
  form.ariaBusy = null;
  for (const note of form.querySelectorAll("[data-slow-note]")) note.hidden = true;
  for (const button of form.querySelectorAll("[data-word]")) button.textContent = button.dataset.word;
}

// On the window, so that what a script sends in the form's stead has been prevented before.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.ariaBusy === "true") return event.preventDefault();
  form.ariaBusy = "true";
  if (!form.matches("[data-slow]")) return void setTimeout(free, SENT_AGAIN_AFTER, form);
  const button = event.submitter?.dataset.busy ? event.submitter : event.submitter?.form.querySelector(`[data-busy][value="${event.submitter.value}"]`);
  if (!button) return;
  button.dataset.word = button.textContent;
  button.textContent = button.dataset.busy;
  for (const note of form.querySelectorAll("[data-slow-note]")) note.hidden = false;
});

// A page that comes back from the browser's memory is busy no more.
window.addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll('form[aria-busy="true"]').forEach(free));

/** Wakes the parts below `root`; call it for fragments that came later. */
export function startForms(root = document) {
  root.querySelectorAll("[data-chips]").forEach(startChips);
  root.querySelectorAll("[data-test]").forEach(startTest);
}

startForms();
