// The editor of templates: the selected words become a variable, with themselves as its example. The rows of the variables and
// the preview come from the server (htmx), which reads the places in the texts; nothing here knows their syntax but to write one.
import { gettext } from "./language.js";

const FIELDS = "textarea[data-takes-variables]";

let last = document.querySelector(FIELDS);
let example = null; // {name, text}: goes into the row once the server has drawn it

document.addEventListener("focusin", ({ target }) => {
  if (target.matches(FIELDS)) last = target;
});

document.querySelector("[data-make-variable]")?.addEventListener("click", () => {
  const { selectionStart: start, selectionEnd: end, value } = last;
  const name = freeName();
  example = { name, text: value.slice(start, end) };
  last.setRangeText(`{{${name}}}`, start, end, "end");
  last.focus();
  // The name is what the reader will want to change.
  last.setSelectionRange(start + 2, start + 2 + name.length);
  last.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("htmx:after:swap", () => {
  const field = example && document.getElementById(`variable-${example.name}-example`);
  if (!field) return;
  if (!field.value) field.value = field.tagName === "TEXTAREA" ? example.text : example.text.replace(/\s+/g, " ").slice(0, 500);
  example = null;
});

function freeName() {
  const texts = [...document.querySelectorAll(FIELDS)].map(({ value }) => value).join("\n");
  const stem = gettext("text");
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? stem : `${stem}_${count}`;
    if (!texts.includes(`{{${name}}}`)) return name;
  }
}
