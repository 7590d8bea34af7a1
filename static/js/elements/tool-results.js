// <tool-results>: the fields for what called functions return. It keeps what is typed until it is sent, and sends nothing by
// itself: only the button does. Fetched when the first answer asks for results (message-view).
import { keepDraft, readDraft } from "../drafts.js";
import { gettext } from "../language.js";
import { grow } from "../typing.js";

export class ToolResults extends HTMLElement {
  connectedCallback() {
    this.#restore();
    this.addEventListener("input", ({ target }) => {
      grow(target);
      this.#tell("");
      keepDraft(this.#draft, JSON.stringify(this.#results));
    });
    this.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-send-results]");
      if (button) this.#send(button);
    });
  }

  get #message() {
    return this.closest("message-view").dataset.message;
  }

  get #draft() {
    return `results:${this.#message}`;
  }

  get #fields() {
    return [...this.querySelectorAll("textarea")];
  }

  get #results() {
    return this.#fields.map(({ value }) => value);
  }

  #restore() {
    try {
      const kept = JSON.parse(readDraft(this.#draft) || "[]");
      this.#fields.forEach((field, at) => {
        if (typeof kept[at] === "string") field.value = kept[at];
      });
    } catch {
      // not ours: the fields stay as they came
    }
    for (const field of this.#fields) grow(field);
  }

  #send(button) {
    const missing = this.#fields.find(({ value }) => !value.trim());
    if (missing) {
      this.#tell(gettext("Every call needs a result."));
      missing.focus();
      return;
    }
    const done = () => keepDraft(this.#draft, "");
    this.dispatchEvent(new CustomEvent("tc:results", { bubbles: true, detail: { results: this.#results, button, done } }));
  }

  #tell(words) {
    let line = this.querySelector("[data-results-note]");
    if (!line && !words) return;
    if (!line) {
      line = document.createElement("p");
      line.className = "tc-field-error";
      line.dataset.resultsNote = "";
      line.setAttribute("role", "alert");
      this.querySelector(".tc-tool-acts").before(line);
    }
    line.textContent = words;
  }
}

customElements.define("tool-results", ToolResults);
