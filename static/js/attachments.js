// The files that go with the next message: chosen, dropped or pasted; each with its tokens and a button that takes it out.
import { join } from "./attached.js";
import { announce, element, icon } from "./dom.js";
import { decode } from "./decode.js";
import { tokens } from "./estimate.js";
import { fill, gettext, ngettext, number, short } from "./language.js";

export const LARGEST = 2_000_000; // bytes of one file
export const MOST = 10; // files

export class Attachments {
  #place = null;
  #changed = () => {};
  #tell = () => {};
  #files = [];

  // `place`: where they are listed; `changed()` after every change; `tell(sentence)` why a file was not taken.
  constructor({ place, changed, tell }) {
    this.#place = place;
    this.#changed = changed;
    this.#tell = tell;
  }

  get files() {
    return this.#files;
  }

  // What was kept with a draft, or nothing.
  set files(files) {
    this.#files = files.map(({ name, text }) => ({ name, text, tokens: tokens(text) }));
    this.#draw();
  }

  get tokens() {
    return this.#files.reduce((sum, file) => sum + file.tokens, 0);
  }

  // The whole message: the files, then what was typed.
  joined(typed) {
    return join(this.#files, typed);
  }

  async add(chosen) {
    let refusal = "";
    for (const file of chosen) {
      refusal = await this.#take(file);
      if (refusal) break;
    }
    this.#draw();
    this.#changed();
    if (refusal) this.#tell(refusal);
  }

  async #take(file) {
    const name = safe(file.name);
    if (this.#files.length >= MOST) return fill(gettext("A message takes %(most)s files."), { most: number(MOST) });
    if (file.size > LARGEST) return fill(gettext("%(name)s is too large: %(most)s MB at most."), { name, most: number(LARGEST / 1e6) });
    const text = decode(new Uint8Array(await file.arrayBuffer()));
    if (text === null) return fill(gettext("%(name)s is no text. Text, Markdown, CSV, JSON, logs and code can be attached."), { name });
    if (!text.trim()) return fill(gettext("%(name)s is empty."), { name });
    this.#files = [...this.#files, { name, text: text.replace(/\n+$/, ""), tokens: tokens(text) }];
    announce(fill(gettext("%(name)s attached"), { name }));
    return "";
  }

  #draw() {
    this.#place.hidden = !this.#files.length;
    this.#place.replaceChildren(...this.#files.map((file) => this.#chip(file)));
  }

  #chip(file) {
    const label = fill(gettext("Take %(name)s out"), { name: file.name });
    const out = element("button", { type: "button", class: "btn", "data-variant": "ghost", "data-size": "icon-sm", "aria-label": label, title: label }, icon("x", { small: true }));
    out.addEventListener("click", () => {
      this.#files = this.#files.filter((one) => one !== file);
      this.#draw();
      this.#changed();
    });
    const count = fill(ngettext("%(n)s token", "%(n)s tokens", file.tokens), { n: short(file.tokens) });
    return element("li", { class: "tc-attachment" }, icon("file-text", { small: true }), element("span", { class: "tc-cut", title: file.name }, file.name), element("small", {}, count), out);
  }
}

// A name that can stand in the first line of a block, with an ending.
function safe(name) {
  const plain = name.replace(/[`\s]+/g, " ").trim().slice(-120) || "file";
  return /\.[A-Za-z0-9]{1,12}$/.test(plain) ? plain : `${plain}.txt`;
}
