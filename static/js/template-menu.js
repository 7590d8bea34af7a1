// "/" in the composer, or its button: a menu of templates, a small form for the variables of the chosen one, and its texts in
// their places. Nothing is sent. Loaded when a message first begins with "/" or the button is pressed; other words after it (the sandbox's commands) find no rows and
// are sent as they are.
import { announce, element, parse, toast } from "./dom.js";
import { fill, gettext, ngettext, number } from "./language.js";
import { watchTextFiles } from "./text-files.js";

const ASK_AFTER = 120; // milliseconds after the last key
const LONGEST = 60; // characters of a search; a longer line is a message
const PARAMETERS = ["effort", "temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty", "seed", "system_prompt"];

let menu = null;

// `composer` and `settings()` as in chat.js.
export function templateMenu(page) {
  menu ??= new TemplateMenu(page);
  return menu;
}

class TemplateMenu {
  #composer;
  #settings;
  #field;
  #box;
  #dialog = null;
  #active = null;
  #asking = null;
  #timer = 0;
  #asked = null;
  #isByButton = false; // then all of them are offered, whatever stands in the field
  #kept = ""; // what stood there, and stays above the template

  constructor({ composer, settings }) {
    this.#composer = composer;
    this.#settings = settings;
    this.#field = composer.querySelector("textarea");
    document.head.append(element("link", { rel: "stylesheet", href: this.#field.dataset.templatesStyle }));
    this.#box = element("div", { class: "tc-slash", popover: "manual" });
    composer.append(this.#box);
    this.#field.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    this.#field.addEventListener("blur", () => this.#close());
    this.#box.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
    this.#box.addEventListener("click", (event) => this.#clicked(event));
    this.#box.addEventListener("mousemove", ({ target }) => this.#activate(target.closest('[role="option"]') ?? this.#active));
  }

  // The button was pressed.
  open() {
    this.#composer.focus();
    this.#isByButton = true;
    this.#ask("");
  }

  // The message changed.
  typed() {
    this.#isByButton = false;
    clearTimeout(this.#timer);
    const query = this.#query;
    if (query === null) {
      this.#close();
      return;
    }
    this.#narrow(query);
    if (query !== this.#asked) this.#timer = setTimeout(() => this.#ask(query), ASK_AFTER);
  }

  get #query() {
    if (this.#isByButton) return "";
    const { value } = this.#field;
    return value.startsWith("/") && value.length <= LONGEST && !value.includes("\n") ? value.slice(1).trim() : null;
  }

  async #ask(query) {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const response = await fetch(`${this.#field.dataset.templates}?q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true" }, signal: asking.signal });
      if (!response.ok || response.redirected) return;
      const found = parse(await response.text());
      if (query !== this.#query || document.activeElement !== this.#field) return;
      this.#asked = query;
      this.#box.replaceChildren(found);
      this.#show();
      if (this.#isByButton && !this.#isOpen) this.#composer.tell(gettext("There is no template yet."));
    } catch (error) {
      if (error.name !== "AbortError") this.#close(); // away: what was typed can still be sent
    }
  }

  // What stands there and does not fit any more goes at once, so that Enter never takes a row of an older search.
  #narrow(query) {
    const words = folded(query).split(/\s+/).filter(Boolean);
    for (const row of this.#rows()) if (!words.every((word) => folded(row.textContent).includes(word))) row.remove();
    this.#show();
  }

  #rows() {
    return [...this.#box.querySelectorAll('[role="option"]')];
  }

  #show() {
    const rows = this.#rows();
    const wasOpen = this.#isOpen;
    if (wasOpen !== rows.length > 0) this.#box.togglePopover();
    if (rows.length) this.#place();
    this.#activate(rows.includes(this.#active) ? this.#active : rows[0]);
    if (!rows.length || wasOpen) return;
    this.#field.setAttribute("aria-controls", "slash-list");
    announce(fill(ngettext("%(n)s template", "%(n)s templates", rows.length), { n: number(rows.length) }));
  }

  get #isOpen() {
    return this.#box.matches(":popover-open");
  }

  // Above the composer, as wide as it is: its box cuts off what stands out of it, so that the menu lies in a layer of its own.
  #place() {
    const { left, top, width } = this.#composer.querySelector("form").getBoundingClientRect();
    const { style } = this.#box;
    style.setProperty("left", `${left}px`);
    style.setProperty("width", `${width}px`);
    style.setProperty("bottom", `${innerHeight - top + 6}px`);
  }

  #close() {
    this.#asking?.abort();
    this.#isByButton = false;
    if (this.#isOpen) this.#box.hidePopover();
    this.#box.replaceChildren();
    this.#asked = null;
    this.#activate(null);
    this.#field.removeAttribute("aria-controls");
  }

  #activate(row) {
    this.#active?.setAttribute("aria-selected", "false");
    this.#active = row ?? null;
    this.#active?.setAttribute("aria-selected", "true");
    if (this.#active) this.#field.setAttribute("aria-activedescendant", this.#active.id);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (!this.#isOpen || event.isComposing || event.keyCode === 229) return;
    const rows = this.#rows();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#activate(rows[(rows.indexOf(this.#active) + step + rows.length) % rows.length]);
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") this.#choose(this.#active);
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #clicked(event) {
    const row = event.target.closest('[role="option"]');
    if (!row || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    this.#choose(row);
  }

  // ── the form ──
  async #choose(row) {
    const address = row.href;
    this.#kept = this.#isByButton ? this.#field.value.trim() : "";
    this.#close();
    const answer = await this.#talk(address);
    if (!answer) return;
    this.#opened(answer);
    if (!this.#dialog.querySelector("form .tc-field")) this.#dialog.querySelector("form").requestSubmit();
  }

  #opened(html) {
    if (!this.#dialog) {
      this.#dialog = element("dialog", { class: "dialog tc-fill-dialog", id: "fill-dialog", "aria-labelledby": "use-title" }, element("div"));
      document.body.append(this.#dialog);
      this.#dialog.addEventListener("submit", (event) => this.#submitted(event));
      this.#dialog.addEventListener("close", () => this.#composer.focus());
    }
    this.#draw(html);
    this.#dialog.showModal();
    this.#focusFirst();
  }

  #draw(html) {
    this.#dialog.firstElementChild.replaceChildren(parse(html));
    watchTextFiles(this.#dialog);
  }

  #focusFirst() {
    const form = this.#dialog.querySelector("form");
    (form.querySelector('[aria-invalid="true"]') ?? form.querySelector(".tc-field :is(input, select, textarea)") ?? form.querySelector("button"))?.focus();
  }

  async #submitted(event) {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(event.target, event.submitter));
    const answer = await this.#talk(event.target.action, { method: "POST", body });
    if (typeof answer === "string") {
      this.#draw(answer);
      this.#focusFirst();
    } else if (answer) {
      this.#dialog.close();
      this.#insert(answer);
    }
  }

  // The server's answer: a form as text, or what is to be inserted. A trouble is told, and what was typed stays.
  async #talk(address, options = {}) {
    try {
      const response = await fetch(address, { ...options, headers: { accept: "application/json" } });
      if (response.redirected || (!response.ok && response.status !== 422)) throw new Error(`template: ${response.status}`);
      return response.headers.get("content-type").startsWith("application/json") ? await response.json() : await response.text();
    } catch {
      toast(gettext("The server cannot be reached now."), "info");
      return null;
    }
  }

  // Model, parameters and system prompt become the template's; tools and the output format stay as the reader chose them.
  #insert({ settings, text }) {
    this.#composer.fill([this.#kept, text].filter(Boolean).join("\n\n"));
    const form = this.#settings().querySelector("form");
    const { thinking, stop, ...others } = settings;
    const untouched = Object.fromEntries(PARAMETERS.map((name) => [name, ""]));
    const chosen = { stop: (stop ?? []).join("\n"), thinking: thinking === false ? "" : "on", thinking_chosen: thinking === undefined ? "" : "yes" };
    globalThis.htmx.ajax("POST", form.action, { source: form, values: { ...untouched, ...others, ...chosen }, target: "#run-settings", swap: "outerMorph" });
  }
}

const folded = (text) => text.normalize("NFKC").toLowerCase();
