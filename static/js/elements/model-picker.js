// <model-picker>: the list of models beside the run settings. Search, feature chips, arrow keys; a row's own htmx request
// makes the choice, so that the server redraws the settings with the new model's prices and ranges.
import { nextTurn } from "../estimate.js";
import { fill, gettext, money } from "../language.js";

const GAP = 4;

export class ModelPicker extends HTMLElement {
  #search = null;
  #active = null;
  #opener = null;
  #prompt = 0;

  connectedCallback() {
    this.#search = this.querySelector("[data-picker-search]");
    this.#search.addEventListener("input", () => this.#filter());
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("mousemove", (event) => this.#activate(event.target.closest(".tc-picker-row")));
    this.addEventListener("htmx:after:swap", () => this.hidePopover());
    this.addEventListener("toggle", (event) => this.#toggled(event.newState === "open"));
  }

  // Opens beside `opener` (the model card), with the offer in use marked; `prompt`: tokens that a turn would read.
  open(opener, { offer, prompt }) {
    this.#opener = opener;
    this.#prompt = prompt;
    for (const row of this.#rows()) row.setAttribute("aria-selected", String(row.dataset.offer === offer));
    this.showPopover();
  }

  // Chooses an offer as if its row had been pressed; whether it can be chosen.
  pick(offer) {
    const row = this.querySelector(`.tc-picker-row[data-offer="${CSS.escape(offer)}"]:not([aria-disabled])`);
    row?.click();
    return row !== null;
  }

  #rows() {
    return [...this.querySelectorAll(".tc-picker-row")];
  }

  #shown() {
    return this.#rows().filter((row) => !row.hidden);
  }

  #toggled(isOpen) {
    this.#opener?.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) {
      // After a choice the card was drawn anew; focus goes to the one that is there now.
      document.querySelector("[data-open-picker]")?.focus();
      return;
    }
    this.#search.value = "";
    this.#filter();
    this.#place();
    this.#search.focus();
    this.#activate(this.querySelector('.tc-picker-row[aria-selected="true"]'), true);
  }

  #place() {
    this.style.removeProperty("inset");
    if (matchMedia("(max-width: 820px)").matches) return;
    const card = this.#opener.getBoundingClientRect();
    const width = this.offsetWidth;
    const height = this.offsetHeight;
    this.style.setProperty("left", `${Math.max(16, Math.min(card.right - width, innerWidth - width - 16))}px`);
    this.style.setProperty("top", `${Math.max(16, Math.min(card.bottom + GAP, innerHeight - height - 16))}px`);
  }

  #filter() {
    const words = this.#search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = [...this.querySelectorAll('[data-feature][aria-pressed="true"]')].map((chip) => chip.dataset.feature);
    for (const row of this.#rows()) {
      const text = row.dataset.find.normalize("NFKC").toLowerCase();
      const features = row.dataset.features.split(" ");
      row.hidden = !words.every((word) => text.includes(word)) || !wanted.every((feature) => features.includes(feature));
    }
    for (const group of this.querySelectorAll("[data-group]")) group.hidden = !group.querySelector(".tc-picker-row:not([hidden])");
    const shown = this.#shown();
    this.querySelector("[data-picker-empty]").hidden = shown.length > 0;
    this.#activate(shown.includes(this.#active) ? this.#active : shown[0], true);
  }

  #activate(row, isScrolled = false) {
    if (row === null) return; // the pointer is between rows
    this.#active?.classList.remove("is-active");
    this.#active = row ?? null;
    const foot = this.querySelector("[data-picker-foot]");
    foot.hidden = !row;
    if (!row) {
      this.#search.removeAttribute("aria-activedescendant");
      return;
    }
    row.classList.add("is-active");
    this.#search.setAttribute("aria-activedescendant", row.id);
    if (foot.dataset.offer !== row.dataset.offer) {
      foot.dataset.offer = row.dataset.offer;
      foot.replaceChildren(row.querySelector("template").content.cloneNode(true));
      const { inputPrice, sign } = row.dataset;
      const cost = nextTurn({ prompt: this.#prompt, most: 0, inputPrice });
      const place = foot.querySelector("[data-prompt-cost]");
      if (cost && place) place.textContent = fill(gettext("this prompt ≈ %(cost)s"), { cost: money(sign, cost.read) });
    }
    if (isScrolled) row.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const shown = this.#shown();
    const at = shown.indexOf(this.#active);
    if (event.key === "ArrowDown") this.#activate(shown[Math.min(at + 1, shown.length - 1)], true);
    else if (event.key === "ArrowUp") this.#activate(shown[Math.max(at - 1, 0)], true);
    else if (event.key === "Enter" && !event.isComposing && event.target === this.#search) this.#active?.click();
    else return;
    event.preventDefault();
  }

  #clicked(event) {
    const chip = event.target.closest("[data-feature]");
    if (chip) {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      this.#filter();
      return;
    }
    const row = event.target.closest(".tc-picker-row");
    if (row?.getAttribute("aria-selected") === "true" && this.matches(":popover-open")) {
      event.stopPropagation();
      this.hidePopover();
    }
  }
}

customElements.define("model-picker", ModelPicker);
