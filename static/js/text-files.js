// A field that wants the text of a file: beside it a button that reads one. The file itself stays where it is; only its text
// goes into the field, where it can be looked over.
import { decode } from "./decode.js";
import { element, icon, toast } from "./dom.js";
import { fill, gettext, number } from "./language.js";

const MOST = 400_000; // characters

export function watchTextFiles(root = document) {
  for (const field of root.querySelectorAll("textarea[data-file-text]")) addButton(field);
}

function addButton(field) {
  if (field.nextElementSibling?.matches("[data-file-button]")) return;
  const chooser = element("input", { type: "file", hidden: true, accept: ".txt,.md,.csv,.tsv,.json,.yaml,.yml,.log,.srt,.vtt", tabindex: "-1", "aria-hidden": "true" });
  const button = element("button", { type: "button", class: "btn tc-file-text", "data-variant": "outline", "data-size": "sm", "data-file-button": true }, icon("upload", { small: true }), gettext("Choose a text file"));
  button.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => read(chooser.files[0], field));
  field.after(button, chooser);
}

async function read(file, field) {
  if (!file) return;
  const text = decode(new Uint8Array(await file.slice(0, MOST * 4).arrayBuffer()));
  if (text === null) {
    toast(gettext("This file is no text."), "info");
    return;
  }
  if (text.length > MOST) toast(fill(gettext("Only the first %(count)s characters were taken."), { count: number(MOST) }), "info");
  field.value = text.slice(0, MOST);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

watchTextFiles();
