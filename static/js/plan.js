/**
 * A plan and its approval: checks while one types, saving by itself, nothing lost when that fails.
 * The server draws every part; a part `data-part="<name>"` of an answer replaces the one of its name on the page.
 */

import { showClocks } from "./clocks.js";
import { isSignedOut, signInAgain } from "./kept.js";
import { isTyped } from "./typed.js";

const CHECK_AFTER = 400;
const SAVE_AFTER = 1_500;
const RETRY_AFTER = 5_000;
const LIVE_AFTER = 500;

const page = document.querySelector("[data-plan], [data-approve]");
const form = document.querySelector("[data-plan-form]");
const banner = document.querySelector("[data-banner]");

let writing = null; // what the form says of itself: {hasUnsaved, isSaving}

class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function ask(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { "X-Requested-With": "fetch" } });
  if (isSignedOut(response)) signInAgain();
  const text = await response.text();
  if (!response.ok) throw new Refused(response.status, text);
  return text;
}

function showBanner(text, act) {
  banner.hidden = false;
  const button = banner.querySelector("button");
  button.textContent = text;
  button.onclick = act;
}

function replaceParts(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  for (const part of answer.content.querySelectorAll("[data-part]")) {
    const shown = document.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!shown) continue;
    const open = shown.querySelector("details")?.open;
    shown.replaceWith(part);
    if (open) part.querySelector("details")?.setAttribute("open", "");
  }
}

// --- writing ----------------------------------------------------------------------------------------------------

function startWriting() {
  let changed = 0; // counts edits
  let kept = 0; // the edit up to which the server has everything
  let saving = null;
  let conflicted = false;
  let leaving = false;
  let checkTimer = 0;
  let saveTimer = 0;
  let checks = 0;

  const say = (text, bad = false) => {
    const line = document.querySelector('[data-part="saved"]');
    line.classList.toggle("is-bad", bad);
    line.querySelector("[data-saved-text]").textContent = text;
  };
  const post = (url) => ask(url, { method: "POST", body: new FormData(form) });

  async function check() {
    const mine = ++checks;
    try {
      const html = await post(page.dataset.check);
      if (mine === checks) replaceParts(html);
    } catch {
      // the save that follows says what is wrong
    }
  }

  async function save() {
    clearTimeout(saveTimer);
    if (saving || conflicted || kept === changed) return saving;
    const upTo = changed;
    say(page.dataset.textSaving);
    saving = post(page.dataset.save);
    try {
      const html = await saving;
      kept = upTo;
      if (changed === upTo) replaceParts(html);
      const saved = document.createElement("template");
      saved.innerHTML = html;
      form.elements.revision.value = saved.content.querySelector("[data-revision]").dataset.revision;
      if (changed !== upTo) saveTimer = setTimeout(save, SAVE_AFTER);
    } catch (error) {
      failed(error);
    } finally {
      saving = null;
    }
  }

  function failed(error) {
    if (error.status === 409) {
      conflicted = true;
      say(error.message, true);
      showBanner(page.dataset.textMeanwhile, () => form.requestSubmit());
    } else if (error.status === 422) {
      say(error.message, true);
    } else {
      say(page.dataset.textFailed, true);
      saveTimer = setTimeout(save, RETRY_AFTER);
    }
  }

  writing = { hasUnsaved: () => kept !== changed, isSaving: () => saving !== null };

  form.addEventListener("input", (event) => {
    changed += 1;
    if (event.target.name === "tab") return void (kept += 1); // which tab is shown is no edit
    event.target.closest(".writing")?.classList.add("is-stale");
    if (!conflicted) say(page.dataset.textUnsaved);
    clearTimeout(checkTimer);
    clearTimeout(saveTimer);
    checkTimer = setTimeout(() => check().then(fresh), CHECK_AFTER);
    saveTimer = setTimeout(save, SAVE_AFTER);
  });
  const fresh = () => form.querySelectorAll(".writing.is-stale").forEach((writing) => writing.classList.remove("is-stale"));

  form.addEventListener("submit", (event) => {
    if (saving) {
      event.preventDefault(); // what is on its way changes the revision
      return void saving.catch(() => undefined).then(() => setTimeout(() => form.requestSubmit(event.submitter), 0));
    }
    leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && kept !== changed) event.preventDefault();
  });
  window.addEventListener("online", () => kept === changed || save());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-submit]"));
  });
  form.addEventListener("change", (event) => {
    const picker = event.target.closest(".strategy-picker");
    if (!picker) return;
    const names = [...picker.querySelectorAll("input:checked")].map((box) => box.closest("label").textContent.trim());
    picker.querySelector("summary").textContent = names.join(document.documentElement.lang.startsWith("zh") ? "、" : ", ") || "—";
  });
  if (isTyped(form, '[type=hidden], [name="tab"]')) form.dispatchEvent(new Event("input"));
}

// --- menus of rows close when something else is used ------------------------------------------------------------------

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details:is(.row-menu, .strategy-picker)[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// --- the decision -----------------------------------------------------------------------------------------------

/** The button says which candidate it approves. */
function nameChoice() {
  const chosen = document.querySelector('[name="candidate"]:checked');
  const label = document.querySelector("[data-approve-label]")?.dataset.approveLabel;
  if (!chosen || !label) return;
  for (const words of document.querySelectorAll("[data-approve-words]")) words.textContent = label.replace("{letter}", chosen.dataset.letter);
}

// --- live -------------------------------------------------------------------------------------------------------

async function refresh() {
  const fresh = new DOMParser().parseFromString(await ask(location.href), "text/html");
  const now = fresh.querySelector("[data-plan], [data-approve]");
  if (!now || now.dataset.status !== page.dataset.status) {
    document.querySelector("[data-actions]")?.setAttribute("hidden", "");
    for (const dialog of document.querySelectorAll(".sheet[open]")) dialog.close();
    return showBanner(page.dataset.textChanged, () => location.assign(location.pathname));
  }
  tellOfOtherSave(fresh.querySelector("[data-revision]"));
  for (const part of fresh.querySelectorAll("[data-live-part]")) {
    const shown = document.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
    if (shown && !shown.contains(document.activeElement)) shown.replaceWith(part);
  }
  showClocks();
}

/** Somebody else kept a later revision: with edits of one's own both texts are shown, else theirs. */
function tellOfOtherSave(saved) {
  if (!writing || !saved || writing.isSaving() || Number(saved.dataset.revision) <= Number(form.elements.revision.value)) return;
  if (writing.hasUnsaved()) showBanner(page.dataset.textMeanwhile, () => form.requestSubmit());
  else showBanner(page.dataset.textChanged, () => location.assign(location.pathname));
}

let liveTimer = 0;
document.addEventListener("live", ({ detail }) => {
  const concerns = detail.type === "reset" || (detail.kind === "crisis.changed" && String(detail.id) === page?.dataset.crisis);
  if (!page || !concerns) return;
  clearTimeout(liveTimer);
  liveTimer = setTimeout(() => refresh().catch(() => undefined), LIVE_AFTER); // the next ring would ask as well
});

if (form) startWriting();
document.addEventListener("change", (event) => event.target.matches('[name="candidate"]') && nameChoice());
nameChoice();
