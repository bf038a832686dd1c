/** Shows a chosen theme at once where a form offers `name="theme"`; the server keeps it. */

document.addEventListener("change", (event) => {
  if (event.target.matches?.('[name="theme"]')) document.documentElement.dataset.theme = event.target.value;
});
