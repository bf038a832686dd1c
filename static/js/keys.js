/** Single-letter keys: off inside inputs, during composition, with modifiers, in dialogs and for who switched them off. */

const bindings = new Map();

/** Adds `{key: action}`; a key is written as `event.key` gives it, letters in lower case. */
export function startKeys(actions) {
  for (const [key, action] of Object.entries(actions)) bindings.set(key, action);
}

function isTyping(target) {
  return target.isContentEditable || target.closest?.("input, select, textarea, [contenteditable]") != null;
}

function isFree(event) {
  if (document.body.dataset.keys === "off") return false;
  if (event.isComposing || event.keyCode === 229) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return !isTyping(event.target) && !document.querySelector("dialog[open], [popover]:popover-open");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !isFree(event)) return;
  const action = bindings.get(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  if (action && action(event) !== false) event.preventDefault();
});
