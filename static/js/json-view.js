// Draws a JSON answer into an element: plain text while it grows, then as a tree or as text, as the reader likes. What is no
// JSON stays text. The same method as MarkdownView. Fetched when the first answer is
// to be JSON.
import { element, icon } from "./dom.js";
import { fill, gettext, ngettext, number } from "./language.js";

const FENCE = "```";
const OPEN_AT_ONCE = 60; // nodes in sight from the beginning
const MOST_AT_ONCE = 500; // children of one node

export class JsonView {
  #root;
  #text = null;
  #live = null;
  #tree = null;

  constructor(root) {
    this.#root = root;
    root.classList.add("tc-json");
  }

  update(text, { live = false } = {}) {
    if (text === this.#text && live === this.#live) return;
    this.#text = text;
    this.#live = live;
    const value = live ? undefined : parsed(text);
    if (value === undefined) this.#drawText(text);
    else this.#drawBoth(value, text);
  }

  // Opens the tree down to a place such as $.items[2].price, and shows it.
  reveal(path) {
    if (!this.#tree) return;
    this.#choose("tree");
    let node = this.#tree.firstElementChild;
    while (node && node.dataset.path !== path) {
      if (node.matches("details")) node.open = true;
      grow(node);
      const next = [...node.querySelectorAll(":scope > div > [data-path]")].find(({ dataset }) => leadsTo(dataset.path, path));
      if (!next) break;
      node = next;
    }
    for (const former of this.#tree.querySelectorAll("[data-found]")) delete former.dataset.found;
    if (!node) return;
    node.dataset.found = "";
    const target = node.querySelector("summary") ?? node;
    target.setAttribute("tabindex", "-1");
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  }

  #drawText(text) {
    this.#tree = null;
    let pre = this.#root.querySelector(":scope > pre");
    if (!pre || this.#root.childElementCount > 1) {
      pre = textBox(text);
      this.#root.replaceChildren(pre);
    }
    const shown = pre.firstChild;
    if (shown && text.startsWith(shown.data)) shown.appendData(text.slice(shown.data.length));
    else pre.textContent = text;
  }

  #drawBoth(value, text) {
    this.#tree = element("div", { class: "tc-json-tree", "data-json-tree": true }, node(null, value, "$", { left: OPEN_AT_ONCE }));
    const choices = [
      ["tree", gettext("Tree")],
      ["text", gettext("Text")],
    ].map(([name, words]) => {
      const button = element("button", { type: "button", "data-json-shows": name }, words);
      button.addEventListener("click", () => this.#choose(name));
      return button;
    });
    this.#root.replaceChildren(element("div", { class: "tc-segments", role: "group", "aria-label": gettext("Show the answer as") }, ...choices), this.#tree, textBox(text));
    this.#choose("tree");
  }

  #choose(name) {
    this.#tree.hidden = name !== "tree";
    this.#root.querySelector(":scope > pre").hidden = name !== "text";
    for (const button of this.#root.querySelectorAll("[data-json-shows]")) button.setAttribute("aria-pressed", String(button.dataset.jsonShows === name));
  }
}

const textBox = (text) => element("pre", { class: "tc-json-text", tabindex: "0" }, text || " ");

function parsed(text) {
  for (const candidate of [text, unfenced(text.trim())]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // the next one
    }
  }
  return undefined;
}

function unfenced(text) {
  const lines = text.split("\n");
  return lines.length > 2 && lines[0].startsWith(FENCE) && lines.at(-1).trim() === FENCE ? lines.slice(1, -1).join("\n") : text;
}

// One value with its name. `budget` is shared by a whole tree: while it lasts nodes are open.
function node(name, value, path, budget) {
  const label = name === null ? null : element("b", {}, String(name));
  if (value === null || typeof value !== "object") return element("div", { class: "tc-json-leaf", "data-path": path }, label, element("span", { "data-kind": value === null ? "null" : typeof value }, JSON.stringify(value)));
  const entries = Object.entries(value);
  budget.left -= entries.length;
  const words = Array.isArray(value) ? ngettext("%(n)s item", "%(n)s items", entries.length) : ngettext("%(n)s property", "%(n)s properties", entries.length);
  const made = element("details", { "data-path": path, open: budget.left >= 0 }, element("summary", {}, icon("chevron-right", { small: true }), label, element("small", {}, fill(words, { n: number(entries.length) }))), element("div", {}));
  const fillIn = () => children(made, value, entries, path, budget);
  if (made.open) fillIn();
  else {
    unfilled.set(made, fillIn);
    made.addEventListener("toggle", () => grow(made), { once: true });
  }
  return made;
}

const unfilled = new WeakMap(); // folded nodes whose children were not needed yet

function grow(made) {
  unfilled.get(made)?.();
  unfilled.delete(made);
}

function children(made, value, entries, path, budget) {
  const isList = Array.isArray(value);
  const shown = entries.slice(0, MOST_AT_ONCE).map(([name, one]) => node(isList ? `[${name}]` : name, one, path + step(name, isList), budget));
  const rest = entries.length - shown.length;
  made.lastElementChild.replaceChildren(...shown, ...(rest > 0 ? [element("small", {}, fill(gettext("%(n)s more, in the text"), { n: number(rest) }))] : []));
}

// As tools/violations.py writes paths.
function step(name, isList) {
  if (isList) return `[${name}]`;
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

const leadsTo = (own, path) => path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`);
