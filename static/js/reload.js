/** Reads the page anew, unless a form is on its way: its answer leads on, and reading the old page again would drop it. */
export function reload() {
  if (!document.querySelector('form[method="post"][aria-busy="true"]:not([data-inplace], [data-act])')) location.reload();
}
