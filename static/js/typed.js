/** Whether somebody has typed or chosen something: also before the page's scripts ran, as on a slow line. */

const isDirty = (field) =>
  field.type === "checkbox" || field.type === "radio"
    ? field.checked !== field.defaultChecked
    : field.matches("select")
      ? [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0
      : field.value !== field.defaultValue;

/** Whether a field below `root` differs from what the server wrote into it; `but` is a selector of fields that do not count. */
export const isTyped = (root, but = "[type=hidden]") =>
  [...root.querySelectorAll("input, select, textarea")].some((field) => !field.matches(but) && isDirty(field));
