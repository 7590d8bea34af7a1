// <run-settings>: the model and its parameters. What nobody touched stays empty and is not sent: the provider's default
// applies. The server keeps changes and redraws this element when the model changes (htmx); here only the controls answer.
import { element } from "../dom.js";
import { tokens } from "../estimate.js";
import { fill, ngettext, number } from "../language.js";

export class RunSettings extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", (event) => this.#moved(event));
    this.addEventListener("change", (event) => this.#changed(event));
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-reset]")) this.#reset();
      else if (event.target.closest("[data-forget-template]")) this.#forgetTemplate();
    });
    document.addEventListener("tc:function", this.#functionChanged);
    this.refresh();
  }

  disconnectedCallback() {
    document.removeEventListener("tc:function", this.#functionChanged);
  }

  // A function was added, changed or taken away in the dialog: the list is drawn anew, a new one switched on.
  #functionChanged = ({ detail }) => {
    const form = this.querySelector("form");
    if (detail.isNew) form.append(element("input", { type: "hidden", name: "functions", value: detail.saved }));
    globalThis.htmx.ajax("POST", form.getAttribute("hx-post"), { source: form, target: "#run-settings", swap: "outerMorph" });
  };

  // After a swap: sliders, counts and whoever shows what follows from the settings.
  refresh() {
    for (const line of this.querySelectorAll("[data-range]")) paint(line);
    this.#countSystem();
    this.dispatchEvent(new Event("tc:settings", { bubbles: true }));
  }

  // As message.send wants it.
  get values() {
    const text = (name) => this.querySelector(`[name="${name}"]`)?.value.trim() ?? "";
    const amount = (name) => (text(name) === "" ? null : Number(text(name)));
    const whole = (name) => (amount(name) === null ? null : Math.round(amount(name)));
    return {
      offer: text("offer") || null,
      key: text("key") || null,
      thinking: this.#thinkingChosen(),
      effort: text("effort") || null,
      temperature: amount("temperature"),
      top_p: amount("top_p"),
      max_tokens: whole("max_tokens"),
      stop: (this.querySelector('[name="stop"]')?.value ?? "").split("\n").filter(Boolean),
      frequency_penalty: amount("frequency_penalty"),
      presence_penalty: amount("presence_penalty"),
      seed: whole("seed"),
      functions: [...this.querySelectorAll('[name="functions"]:checked')].map(({ value }) => value),
      tool_choice: text("tool_choice") || null,
      web_search: this.#search(text, whole),
      output: this.querySelector('[name="output"]:checked')?.value || null,
      schema: this.querySelector('[name="schema"]')?.value ?? "",
      keep_thinking: this.querySelector('[name="keep_thinking"]')?.checked || null,
      when_full: text("when_full") || null,
      system_prompt: this.querySelector('[name="system_prompt"]')?.value ?? "",
      template: text("template") || null,
    };
  }

  #search(text, whole) {
    if (!this.querySelector('[name="search"]')?.checked) return null;
    return { engine: text("search_engine"), count: whole("search_count"), recency: text("search_recency"), domain: text("search_domain"), size: text("search_size"), query: text("search_query") };
  }

  // What the composer reckons with.
  get facts() {
    const { title, inputPrice, outputPrice, sign, otherSign, otherRate, context, maxOutput } = this.dataset;
    const amount = (value) => (value ? Number(value) : null);
    return {
      title,
      convertedFirst: this.hasAttribute("data-converted-first"),
      inputPrice,
      outputPrice,
      sign,
      otherSign,
      otherRate: amount(otherRate),
      context: amount(context),
      maxOutput: amount(maxOutput),
      maxTokens: this.values.max_tokens,
      whenFull: this.values.when_full,
      keepsThinking: this.values.keep_thinking === true,
      systemTokens: tokens(this.values.system_prompt) + this.#toolTokens(),
    };
  }

  // What the composer shows beside itself for this offer.
  get standing() {
    const template = (name) => this.querySelector(`template[data-${name}]`);
    return { mode: this.dataset.mode, note: template("standing"), larger: template("larger") };
  }

  get offer() {
    return this.querySelector('[name="offer"]')?.value ?? "";
  }

  // "on", "off" or "none", and whether it can be changed.
  get thinking() {
    const box = this.querySelector('[name="thinking"]');
    if (!box || this.dataset.thinking === "none") return { word: "none", isLocked: true };
    return { word: box.checked ? "on" : "off", isLocked: box.disabled };
  }

  toggleThinking() {
    const box = this.querySelector('[name="thinking"]');
    if (!box || box.disabled) return;
    box.click();
  }

  // What a preset holds takes the place of what is set here.
  usePreset(preset) {
    const form = this.querySelector("form");
    globalThis.htmx.ajax("POST", form.getAttribute("hx-post"), { source: form, values: { preset }, target: "#run-settings", swap: "outerMorph" });
  }

  // The conversation exists now: from here on its own settings are kept.
  set conversation(id) {
    const address = this.dataset.address.replace("00000000-0000-0000-0000-000000000000", id);
    const form = this.querySelector("form");
    form.setAttribute("action", address);
    form.setAttribute("hx-post", address);
    this.querySelector("[data-presets]").setAttribute("hx-get", `/presets/?conversation=${id}`);
    for (const row of document.querySelectorAll("model-picker [hx-post]")) row.setAttribute("hx-post", address);
  }

  set whenFull(way) {
    const choice = this.querySelector('[name="when_full"]');
    choice.value = way;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Why thinking cannot be switched; "" when it can.
  get lockedReason() {
    return this.querySelector("[data-thinking-locked]")?.textContent.trim() ?? "";
  }

  #thinkingChosen() {
    const box = this.querySelector('[name="thinking"]');
    if (!box || box.disabled || !this.querySelector('[name="thinking_chosen"]')?.value) return null;
    return box.checked;
  }

  #moved({ target }) {
    const line = target.closest("[data-range]");
    if (line) {
      const [slider, field] = controls(line);
      if (target === slider) {
        field.value = slider.value;
        mark(line, "");
      }
      paint(line);
    } else if (target.name === "system_prompt") this.#countSystem();
    this.dispatchEvent(new Event("tc:settings", { bubbles: true }));
  }

  #changed({ target }) {
    if (target.name === "tool_choice" || target.name === "functions") this.#nameFunction(target);
    if (target.name === "thinking") this.querySelector('[name="thinking_chosen"]').value = "yes";
    if (target.name === "key") this.querySelector("#run-key-runs").textContent = target.selectedOptions[0].dataset.runs;
    const line = target.closest("[data-range]");
    if (line) clamp(line);
    this.#countTools();
    this.dispatchEvent(new Event("tc:settings", { bubbles: true }));
  }

  // A function that must be called is switched on; one that is switched off need not be called.
  #nameFunction(target) {
    const choice = this.querySelector('[name="tool_choice"]');
    if (target === choice) {
      const named = this.querySelector(`[name="functions"][value="${CSS.escape(choice.value)}"]`);
      if (named) named.checked = true;
    } else if (choice && !target.checked && choice.value === target.value) choice.value = "auto";
  }

  #reset() {
    for (const line of this.querySelectorAll("[data-range]")) {
      controls(line)[1].value = line.dataset.resetValue;
      mark(line, "");
      paint(line);
    }
    const box = this.querySelector('[name="thinking"]:not(:disabled)');
    if (box) {
      box.checked = true;
      this.querySelector('[name="thinking_chosen"]').value = "";
    }
    for (const field of this.querySelectorAll('[name="effort"], [name="stop"], [name="when_full"]')) field.value = "";
    for (const box of this.querySelectorAll('[name="functions"], [name="search"], [name="keep_thinking"]')) box.checked = false;
    for (const text of this.querySelectorAll('[name="output"][value=""]')) text.checked = true;
    for (const choice of this.querySelectorAll('[name="tool_choice"]')) choice.value = "auto";
    this.#countTools();
    this.querySelector("form").dispatchEvent(new Event("change", { bubbles: true }));
  }

  // The texts stay; only where they came from is no longer said.
  #forgetTemplate() {
    this.querySelector('[name="template"]').value = "";
    this.querySelector("[data-template-of-settings]").remove();
    this.querySelector('[name="system_prompt"]').focus();
    this.querySelector("form").dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Functions that are switched on go along with every request, and so does a schema.
  #toolTokens() {
    const functions = [...this.querySelectorAll('[name="functions"]:checked')].reduce((sum, { dataset }) => sum + Number(dataset.tokens), 0);
    return functions + (this.querySelector('[name="output"]:checked')?.value === "json_schema" ? tokens(this.values.schema) : 0);
  }

  #countTools() {
    const place = this.querySelector("[data-tools-count]");
    const all = [...this.querySelectorAll('[name="functions"], [name="search"]')];
    if (place) place.textContent = `${all.filter(({ checked }) => checked).length} / ${all.length}`;
  }

  #countSystem() {
    const count = tokens(this.querySelector('[name="system_prompt"]')?.value ?? "");
    const place = this.querySelector("[data-system-tokens]");
    if (place) place.textContent = count ? fill(ngettext("%(n)s token", "%(n)s tokens", count), { n: number(count) }) : "";
  }
}

const controls = (line) => [line.querySelector("[data-slider]"), line.querySelector('input[type="number"]')];

// The slider shows the number, or the documented default while there is none; the far end where nobody states one.
function paint(line) {
  const [slider, field] = controls(line);
  if (slider) slide(slider, field.value === "" ? Number(field.placeholder) : Number(field.value));
  line.toggleAttribute("data-untouched", field.value === "");
  const note = line.querySelector("[data-range-default]"); // only where nobody states the default
  if (note) note.hidden = field.value !== "";
}

function slide(slider, value) {
  slider.value = Number.isFinite(value) ? value : slider.max;
  const share = (Number(slider.value) - Number(slider.min)) / (Number(slider.max) - Number(slider.min) || 1);
  slider.style.setProperty("--slider-value", `${(share * 100).toFixed(2)}%`);
}

// A number outside of the model's range becomes the nearest one inside, and the line says so.
function clamp(line) {
  const field = controls(line)[1];
  if (field.value === "" && !field.validity.badInput) {
    mark(line, "");
    return;
  }
  const least = Number(field.min);
  const most = Number(field.max);
  const value = Number(field.value);
  const inside = field.validity.badInput || Number.isNaN(value) ? null : Math.min(most, Math.max(least, value));
  mark(line, inside === value ? "" : line.querySelector("[data-range-error]").dataset.word);
  if (inside !== value) field.value = inside ?? "";
  paint(line);
}

function mark(line, sentence) {
  line.querySelector("[data-range-error]").textContent = sentence;
}

customElements.define("run-settings", RunSettings);
