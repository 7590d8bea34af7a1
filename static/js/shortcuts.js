// The keyboard map: every shortcut once, with the words that the list of shortcuts and the palette show. What a page can do
// it registers with `provide`; what nobody provides does nothing and is offered nowhere.
import { gettext } from "./language.js";

const IS_MAC = document.documentElement.dataset.keyboard === "mac"; // theme.js
const LETTERS = "tc:letters";

// keys: "Mod" is ⌘ on a Mac and Ctrl elsewhere. where: "chat", "list" or everywhere. icon: as an action in the palette;
// without one it stands in the list of shortcuts only.
export const SHORTCUTS = [
  { id: "palette", keys: ["Mod", "K"], words: () => gettext("Search or jump to") },
  { id: "new", keys: ["Mod", "Shift", "O"], icon: "plus", words: () => gettext("New conversation") },
  { id: "sidebar", keys: ["Mod", "B"], icon: "panel-left", words: () => gettext("Show or fold the sidebar") },
  { id: "shortcuts", keys: ["?"], icon: "circle-question-mark", words: () => gettext("Keyboard shortcuts") },
  { id: "composer", keys: ["/"], icon: "message-square", where: "chat", words: () => gettext("Write a message") },
  { id: "template", keys: ["/"], where: "chat", words: () => gettext("In an empty message: choose a template") },
  { id: "send", keys: ["Enter"], where: "chat", words: () => gettext("Send the message") },
  { id: "line", keys: ["Shift", "Enter"], where: "chat", words: () => gettext("New line in the message") },
  { id: "edit", keys: ["Alt", "ArrowUp"], icon: "pencil", where: "chat", words: () => gettext("Edit the last message") },
  { id: "compare", keys: ["Mod", "Shift", "C"], icon: "columns-3", where: "chat", words: () => gettext("Compare this prompt") },
  { id: "stop", keys: ["Escape"], icon: "square", where: "chat", words: () => gettext("Close what is open, else stop the answer") },
  { id: "settings", keys: ["Mod", "."], icon: "sliders-horizontal", where: "chat", words: () => gettext("Show or hide the run settings") },
  { id: "down", keys: ["J"], where: "list", words: () => gettext("Next in the list") },
  { id: "up", keys: ["K"], where: "list", words: () => gettext("Previous in the list") },
  { id: "open", keys: ["Enter"], where: "list", words: () => gettext("Open what has the focus") },
];

const provided = new Map();

// Says what a shortcut does here. isOffered: whether it makes sense now.
export function provide(id, run, isOffered = () => true) {
  provided.set(id, { run, isOffered });
}

export function isOffered(id) {
  return Boolean(provided.get(id)?.isOffered());
}

export function run(id) {
  provided.get(id)?.run();
}

// The caps of a shortcut as they are printed on this keyboard.
export function caps(keys) {
  const words = IS_MAC
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↵", ArrowUp: "↑", Escape: "esc" }
    : { Mod: "Ctrl", Shift: "Shift", Alt: "Alt", Enter: "Enter", ArrowUp: "↑", Escape: "Esc" };
  return keys.map((key) => words[key] ?? key);
}

// Keys without Ctrl or ⌘ can be switched off (speech input types them by accident); kept in this browser.
export function hasLetters() {
  try {
    return localStorage.getItem(LETTERS) !== "off";
  } catch {
    return true;
  }
}

export function setLetters(isOn) {
  try {
    if (isOn) localStorage.removeItem(LETTERS);
    else localStorage.setItem(LETTERS, "off");
  } catch {
    // Storage is switched off: they stay on.
  }
}

export function watchShortcuts() {
  // Seen before anybody closes a layer with this very key press.
  let hadLayer = false;
  addEventListener("keydown", ({ target }) => (hadLayer = hasLayer(target)), { capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    const found = SHORTCUTS.find(({ keys }) => isPressed(keys, event));
    if (!found || !mayTake(found, event, hadLayer) || !isOffered(found.id)) return;
    event.preventDefault();
    run(found.id);
  });
}

function isPressed(keys, event) {
  const key = keys.at(-1);
  const isSign = key === "?"; // where it stands on the keyboard, and with Shift or not, differs by country
  const isKey = event.key === key || event.key.toLowerCase() === key.toLowerCase();
  const wantsMod = keys.includes("Mod");
  const hasMod = IS_MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const hasNone = !event.metaKey && !event.ctrlKey;
  return isKey && (wantsMod ? hasMod : hasNone) && event.altKey === keys.includes("Alt") && (isSign || event.shiftKey === keys.includes("Shift"));
}

function mayTake({ id, keys }, event, hadLayer) {
  if (keys.includes("Mod")) return !document.querySelector("dialog:modal") || (id === "palette" && Boolean(document.querySelector("#palette:modal")));
  if (hadLayer) return false;
  if (id === "stop") return true;
  const field = fieldOf(event.target);
  if (keys.includes("Alt")) return !field || field.value === ""; // in a text the key moves the caret
  return !field && hasLetters();
}

// Something lies over the page, or a search that Escape would empty first.
function hasLayer(target) {
  if (document.querySelector('dialog[open], :popover-open, [aria-haspopup="menu"][aria-expanded="true"], [aria-modal="true"]')) return true;
  return target.type === "search" && target.value !== "";
}

const fieldOf = (target) => (target.closest ? target.closest("input, textarea, select, [contenteditable]") : null);
