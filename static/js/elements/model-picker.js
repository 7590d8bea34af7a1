// <model-picker>: the list of models beside the run settings. Search, feature chips, arrow keys; a row's own htmx request
// makes the choice, so that the server redraws the settings with the new model's prices and ranges. The rows are fetched when
// they are first wanted and stay.
import { element, parse, toast } from "../dom.js";
import { nextTurn } from "../estimate.js";
import { fill, gettext, money } from "../language.js";

const GAP = 4;
const PAGE = 8; // rows that Page Up and Page Down skip

export class ModelPicker extends HTMLElement {
  #search = null;
  #active = null;
  #opener = null;
  #prompt = 0;
  #offer = "";
  #coming = null;
  #words = new Map();
  conversation = () => ""; // whose settings a choice changes; the page says

  connectedCallback() {
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    this.addEventListener("mousemove", (event) => this.#activate(event.target.closest(".tc-picker-row")));
    this.addEventListener("htmx:after:swap", () => this.hidePopover());
    this.addEventListener("toggle", (event) => this.#toggled(event.newState === "open"));
  }

  // Opens beside `opener` (the model card), with the offer in use marked; `prompt`: tokens that a turn would read.
  open(opener, { offer, prompt }) {
    this.#opener = opener;
    this.#prompt = prompt;
    this.#offer = offer;
    this.showPopover();
  }

  // Chooses an offer as if its row had been pressed; whether it can be chosen.
  async pick(offer) {
    if (!(await this.prepare())) return false;
    const row = this.querySelector(`.tc-picker-row[data-offer="${CSS.escape(offer)}"]:not([aria-disabled])`);
    row?.click();
    return row !== null;
  }

  // Has the rows fetched, once; whether they are there.
  async prepare() {
    this.#coming ??= this.#fetch().catch(() => {
      this.#coming = null; // and asks again the next time
      return false;
    });
    return this.#coming;
  }

  async #fetch() {
    const answer = await fetch(`${this.dataset.address}?conversation=${this.conversation()}`, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (!answer.ok) return Promise.reject(answer.status);
    this.replaceChildren(parse(await answer.text()));
    globalThis.htmx.process(this);
    this.#search = this.querySelector("[data-picker-search]");
    this.#search.addEventListener("input", () => this.#filter());
    return true;
  }

  #rows() {
    return [...this.querySelectorAll(".tc-picker-row")];
  }

  #shown() {
    return this.#rows().filter((row) => !row.hidden);
  }

  // What a row is found by: its own words and those of its language model, which several rows share.
  #textOf(row) {
    if (!this.#words.has(row)) this.#words.set(row, `${row.dataset.find} ${this.#about(row)?.dataset.find ?? ""}`);
    return this.#words.get(row);
  }

  #about({ dataset }) {
    return dataset.model ? this.querySelector(`template[data-about="${CSS.escape(dataset.model)}"]`) : null;
  }

  #toggled(isOpen) {
    this.#opener?.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.#opened();
    // After a choice the card was drawn anew; focus goes to the one that is there now.
    else (this.#opener?.isConnected ? this.#opener : document.querySelector("[data-open-picker]"))?.focus();
  }

  async #opened() {
    if (!this.#search) {
      this.replaceChildren(element("div", { class: "tc-skeleton" }, element("i"), element("i"), element("i")));
      this.#place();
    }
    const isThere = await this.prepare();
    if (!this.matches(":popover-open")) return;
    if (isThere) this.#begin();
    else {
      this.hidePopover();
      toast(gettext("The server cannot be reached now."), "info");
    }
  }

  #begin() {
    for (const row of this.#rows()) row.setAttribute("aria-selected", String(row.dataset.offer === this.#offer));
    this.#active = null;
    this.#clear();
    this.#place();
    this.#search.focus();
    this.#activate(this.querySelector('.tc-picker-row[aria-selected="true"]') ?? this.#shown()[0], true);
  }

  #place() {
    this.style.removeProperty("left");
    this.style.removeProperty("top");
    if (matchMedia("(max-width: 820px)").matches) return;
    const card = this.#opener.getBoundingClientRect();
    const width = this.offsetWidth;
    const height = this.offsetHeight;
    this.style.setProperty("left", `${Math.max(16, Math.min(card.right - width, innerWidth - width - 16))}px`);
    this.style.setProperty("top", `${Math.max(16, Math.min(card.bottom + GAP, innerHeight - height - 16))}px`);
  }

  #clear() {
    this.#search.value = "";
    for (const chip of this.querySelectorAll("[data-feature]")) chip.setAttribute("aria-pressed", "false");
    this.#filter();
  }

  #filter() {
    const words = this.#search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = [...this.querySelectorAll('[data-feature][aria-pressed="true"]')].map((chip) => chip.dataset.feature);
    for (const row of this.#rows()) {
      const features = row.dataset.features.split(" ");
      row.hidden = !words.every((word) => this.#textOf(row).includes(word)) || !wanted.every((feature) => features.includes(feature));
    }
    for (const group of this.querySelectorAll("[data-group]")) group.hidden = !group.querySelector(".tc-picker-row:not([hidden])");
    const shown = this.#shown();
    this.querySelector("[data-picker-empty]").hidden = shown.length > 0;
    this.querySelector('[role="listbox"]').hidden = shown.length === 0;
    this.#activate(shown.includes(this.#active) ? this.#active : shown[0], true);
  }

  #activate(row, isScrolled = false) {
    if (row === null) return; // the pointer is between rows
    this.#active?.classList.remove("is-active");
    this.#active = row ?? null;
    this.querySelector("[data-picker-foot]").hidden = !row;
    if (!row) {
      this.#search.removeAttribute("aria-activedescendant");
      return;
    }
    row.classList.add("is-active");
    this.#search.setAttribute("aria-activedescendant", row.id);
    this.#describe(row);
    if (isScrolled) row.scrollIntoView({ block: "nearest" });
  }

  #describe(row) {
    const part = (name) => this.querySelector(`[data-foot-${name}]`);
    const { chips, rights, refused } = row.dataset;
    part("title").textContent = row.querySelector("b").textContent;
    part("about").replaceChildren(this.#about(row)?.content.cloneNode(true) ?? "");
    part("chips").replaceChildren(...chips.split("|").filter(Boolean).map((word) => element("span", { class: "badge", "data-variant": "outline" }, word)));
    part("cost").replaceChildren(...between([rights, ...this.#costOf(row)]));
    part("why").textContent = refused ?? "";
    part("refused").hidden = !refused;
  }

  // "this prompt ≈ $0.0013 ≈ ¥0.0091", the first amount in bold; without a price that it is not set.
  #costOf({ dataset }) {
    const { inputPrices, sign, otherSign, otherRate } = dataset;
    const cost = nextTurn({ prompt: this.#prompt, most: 0, inputPrice: priceFor(inputPrices, this.#prompt) });
    if (!cost) return [gettext("price not set")];
    const line = element("span", { "data-prompt-cost": true });
    const [before, after] = fill(gettext("this prompt ≈ %(cost)s"), { cost: "\u0000" }).split("\u0000");
    line.append(before, element("strong", {}, money(sign, cost.read)), after, ` ≈ ${money(otherSign, cost.read * Number(otherRate))}`);
    return [line];
  }

  #key(event) {
    const shown = this.#shown();
    const at = shown.indexOf(this.#active);
    const to = (place) => this.#activate(shown[Math.max(0, Math.min(place, shown.length - 1))], true);
    const isSearching = event.target === this.#search;
    if (event.isComposing || event.keyCode === 229) return; // Enter and arrows belong to the input method
    if (event.key === "ArrowDown") to(at + 1);
    else if (event.key === "ArrowUp") to(at - 1);
    else if (event.key === "PageDown") to(at + PAGE);
    else if (event.key === "PageUp") to(at - PAGE);
    else if (event.key === "Enter" && isSearching) this.#choose();
    else return;
    event.preventDefault();
  }

  // Takes the active row; where a key is missing, the way to it gets the focus.
  #choose() {
    if (this.#active?.dataset.refused) this.querySelector("[data-foot-refused] a").focus();
    else this.#active?.click();
  }

  #clicked(event) {
    const chip = event.target.closest("[data-feature]");
    if (chip) {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      this.#filter();
    } else if (event.target.closest("[data-picker-close]")) {
      this.hidePopover();
    } else if (event.target.closest("[data-picker-clear]")) {
      this.#clear();
      this.#search.focus();
    }
    const row = event.target.closest(".tc-picker-row");
    if (row?.dataset.refused) this.#activate(row);
    else if (row?.getAttribute("aria-selected") === "true" && this.matches(":popover-open")) {
      event.stopPropagation(); // it is in use already: nothing to ask the server
      this.hidePopover();
    }
  }
}

// The price that a prompt of this length has, of "0:0.8 32000:1.2"; "" when none is known.
function priceFor(prices, prompt) {
  const steps = (prices ?? "").split(" ").filter(Boolean).map((step) => step.split(":"));
  return steps.findLast(([least]) => prompt >= Number(least))?.[1] ?? "";
}

// Parts with a dot between them.
function between(parts) {
  return parts.filter(Boolean).flatMap((part, place) => (place ? [" · ", part] : [part]));
}

customElements.define("model-picker", ModelPicker);
