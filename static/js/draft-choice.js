// A link brought a text into the composer, and there was a draft: both are offered. Loaded when that is so.
import { element, icon } from "./dom.js";
import { gettext } from "./language.js";

// `add`: puts the draft below the text; `use`: puts it in its place. Left alone, the draft stays for another time.
export function offerDraft(composer, { add, use }) {
  const button = (words, act) => {
    const one = element("button", { type: "button", class: "btn", "data-variant": "outline", "data-size": "sm" }, words);
    one.addEventListener("click", () => {
      note.remove();
      act();
    });
    return one;
  };
  const later = () => composer.focus();
  const acts = element("div", { class: "tc-note-acts" }, button(gettext("Use the draft instead"), use), button(gettext("Add it below"), add), button(gettext("Keep it for later"), later));
  const title = element("p", { class: "tc-note-title" }, gettext("You have a draft here."));
  const text = element("p", { class: "tc-note-text" }, gettext("The link brought another text. Nothing of the draft is lost."));
  const note = element("div", { class: "tc-note", role: "status", "data-draft-choice": true }, icon("pencil"), title, text, acts);
  composer.prepend(note);
}
