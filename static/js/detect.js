/**
 * The page that turns an address into a source: without scripts each step is a button.
 *   [data-at-once]     a button that is pressed as soon as the page is there
 *   [data-submits=v]   a radio button whose choice presses the button of this value
 */

document.addEventListener("change", (event) => {
  const value = event.target.dataset?.submits;
  if (value) event.target.form.querySelector(`button.button[name="action"][value="${value}"]`).click();
});

document.querySelector("[data-at-once]")?.click();
