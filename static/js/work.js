/** D does the row that has the focus, where one step is enough. */

import { startKeys } from "./keys.js";

startKeys({
  d: () => {
    const button = document.activeElement?.closest("[data-row]")?.querySelector("[data-do]");
    if (!button) return false;
    button.click();
    return true;
  },
});
