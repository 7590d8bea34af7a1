// A batch before its start: columns are put into the prompt with a press, and whatever changes the run settings changes the
// forecast. The server reckons; here only the controls answer.
import "./elements/run-settings.js";
import { toast } from "./dom.js";
import { gettext } from "./language.js";
import { provide } from "./shortcuts.js";
import { toggleSheet } from "./sheets.js";

const page = document.querySelector("[data-batch]");
const form = document.querySelector("#batch-form");
const prompt = form.querySelector('[name="prompt"]');
const settings = () => document.querySelector("run-settings");

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches("[data-place]")) putIn(button.dataset.place);
  else if (button?.matches("[data-open-picker]")) openPicker(button);
});

// At the caret, with a space before it where a word would run into it.
function putIn(place) {
  const before = prompt.value.slice(0, prompt.selectionStart);
  const space = before && !/\s$/.test(before) ? " " : "";
  prompt.setRangeText(`${space}${place}`, prompt.selectionStart, prompt.selectionEnd, "end");
  prompt.focus();
  reckon();
}

// The list of models comes when it is first wanted.
async function openPicker(opener) {
  const isThere = await import("./elements/model-picker.js").then(() => true, () => false);
  const picker = document.querySelector("model-picker");
  picker.conversation = () => page.dataset.conversation;
  if (isThere && (await picker.prepare())) picker.open(opener, { offer: settings().offer, prompt: 0 });
  else toast(gettext("The server cannot be reached now."), "info");
}

const reckon = () => form.dispatchEvent(new Event("change"));

document.addEventListener("htmx:after:request", ({ target }) => target.closest?.("run-settings, model-picker") && reckon());
// What is under way when it is started would be about a draft that is none any more.
form.addEventListener("submit", () => form.addEventListener("htmx:before:request", (event) => event.preventDefault()));
document.querySelector("[data-template-form]").addEventListener("change", ({ currentTarget }) => currentTarget.requestSubmit());

provide("settings", () => toggleSheet("inspector"));
