/**
 * The page that turns an address into a source: without scripts each step is a button.
 *   [data-at-once]     a button that is pressed as soon as the page is there
 *   [data-submits=v]   a radio button whose choice presses the button of this value
 */

function press(radio) {
  radio.form.querySelector(`button.button[name="action"][value="${radio.dataset.submits}"]`).click();
}

document.addEventListener("change", (event) => event.target.dataset?.submits && press(event.target));

const chosen = [...document.querySelectorAll("[data-submits]:checked")].find((radio) => !radio.defaultChecked); // before this ran
if (chosen) press(chosen);
else document.querySelector("[data-at-once]")?.click();
