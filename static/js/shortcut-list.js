// The list of shortcuts ("?"), made from the keyboard map when it is first asked for.
import { element } from "./dom.js";
import { gettext } from "./language.js";
import { SHORTCUTS, caps, hasLetters, setLetters } from "./shortcuts.js";

let dialog = null;

export function showShortcutList() {
  dialog ??= build();
  dialog.showModal();
}

function build() {
  const title = element("h2", { id: "shortcut-list-title" }, gettext("Keyboard shortcuts"));
  const close = element("button", { type: "button", class: "btn", "data-variant": "outline", "data-dialog-close": true, autofocus: true }, gettext("Close"));
  const groups = [
    ["", gettext("Everywhere")],
    ["chat", gettext("In a conversation")],
    ["list", gettext("In lists")],
  ].map(([where, words]) => group(words, SHORTCUTS.filter((one) => (one.where ?? "") === where)));
  const made = element("dialog", { class: "dialog tc-shortcuts", id: "shortcut-list", "aria-labelledby": title.id }, element("div", {}, element("header", {}, title), element("div", { class: "tc-shortcut-groups", tabindex: "0", role: "group", "aria-labelledby": title.id }, ...groups, letters()), element("footer", {}, close)));
  document.body.append(made);
  return made;
}

function group(words, shortcuts) {
  const lines = shortcuts.map((one) => element("div", {}, element("dt", {}, one.words()), element("dd", {}, ...caps(one.keys).map((cap) => element("kbd", { class: "kbd" }, cap)))));
  return element("section", {}, element("h3", {}, words), element("dl", {}, ...lines));
}

function letters() {
  const box = element("input", { class: "input", type: "checkbox", role: "switch", id: "shortcut-letters" });
  box.checked = hasLetters();
  box.addEventListener("change", () => setLetters(box.checked));
  return element("p", { class: "tc-shortcut-letters" }, element("label", { for: box.id }, gettext("Keys without Ctrl or ⌘, like J and /, act outside of fields")), box);
}
