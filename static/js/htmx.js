/** htmx without evaluation: filters, hx-on and js: values would need it, and the content policy forbids it anyway. */

import htmx from "../vendor/htmx.esm.min.js";

function Refuse() {
  throw new Error("evaluation is switched off");
}

htmx.registerExtension("no-eval", { init: (api) => api.initSecurity(null, Refuse, Refuse) });

export default htmx;
