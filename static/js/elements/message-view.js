// <message-view>: one message. It draws the Markdown that the server put into the page as plain text. While its run is live
// that is left to live-answer.js, fetched with the first such run; at the end the server's finished partial takes over the
// parts around the text, so that nothing jumps.
import { appendText, parse } from "../dom.js";
import { fill, gettext, seconds } from "../language.js";
import { hydrateLater } from "../hydrate.js";
import { MarkdownView } from "../markdown.js";
import { withReferences } from "../references.js";
import { LIVE } from "../states.js";

const FETCH_AGAIN = 2_000; // milliseconds

// Draws JSON as soon as what draws it has come; the last text that was wanted is drawn then.
class JsonLater {
  #view = null;
  #wanted = null;

  constructor(root) {
    import("../json-view.js").then(
      ({ JsonView }) => {
        this.#view = new JsonView(root);
        if (this.#wanted) this.#view.update(...this.#wanted);
      },
      () => {
        root.textContent = this.#wanted?.[0] ?? "";
      },
    );
  }

  update(...wanted) {
    this.#wanted = wanted;
    this.#view?.update(...wanted);
  }

  reveal(path) {
    this.#view?.reveal(path);
  }
}

const PARTS = ["head", "tools", "sources", "verdict", "notes", "meter"];

export class MessageView extends HTMLElement {
  #markdown = null;
  #isShown = false;
  #answer = null; // what follows the run while it is live
  #thinkingMs = null;

  connectedCallback() {
    if (this.dataset.role === "user" && this.markdown.startsWith("```")) import("../attached-view.js").then(({ foldAttached }) => foldAttached(this), () => {});
    if (this.dataset.role !== "assistant" || this.#isShown) return;
    this.#isShown = true;
    const body = this.querySelector("[data-body]");
    this.#markdown ??= this.hasAttribute("data-json") ? new JsonLater(body) : new MarkdownView(body);
    this.addEventListener("click", ({ target }) => target.dataset.path && target.matches("button") && this.#markdown.reveal?.(target.dataset.path));
    this.#fetchWhatItAsksFor();
    if (this.isLive) {
      this.#follow();
      return;
    }
    this.labelThinking(this.#thinking.querySelector("[data-thinking-label]").dataset.ms);
    hydrateLater(this);
  }

  disconnectedCallback() {
    this.#answer?.leave();
    this.#answer = null;
    this.#isShown = false;
  }

  // Until it has come the page shows what the server wrote; the log is read from there, so nothing is missed.
  async #follow() {
    const began = performance.now() - Number(this.dataset.elapsed ?? 0);
    const late = await import("../live-answer.js").catch(() => null);
    if (!late) setTimeout(() => this.isConnected && this.#follow(), FETCH_AGAIN);
    else if (this.isConnected && this.isLive && !this.#answer) this.#answer = new late.LiveAnswer(this, { markdown: this.#markdown, began });
  }

  get isLive() {
    return LIVE.includes(this.dataset.state);
  }

  // The answer as the model wrote it.
  get markdown() {
    return this.#answer?.content ?? this.#source("content").textContent;
  }

  // Draws a message of history. Called when its turn has come (hydrate.js).
  hydrate() {
    if (this.#isShown && !this.isLive) this.#drawWhole(this.markdown);
  }

  #drawWhole(content) {
    this.#markdown.update(withReferences(content, this.querySelector('[data-part="sources"]')));
  }

  #source(name) {
    return this.querySelector(`[data-source="${name}"]`);
  }

  // Apart from the answer: copying that leaves the thinking out.
  get thinkingText() {
    return this.#source("reasoning")?.textContent ?? "";
  }

  get #thinking() {
    return this.querySelector('[data-part="thinking"]');
  }

  // No milliseconds: nobody measured how long it thought.
  labelThinking(milliseconds) {
    const label = this.#thinking.querySelector("[data-thinking-label]");
    label.textContent = milliseconds === undefined ? gettext("Thought") : fill(gettext("Thought for %(seconds)s s"), { seconds: seconds(milliseconds) });
  }

  // Fetches the settled message and takes over everything around the text; the text itself only if it differs.
  // again: it was settled before, and only what stands around the text has changed; results: draw the fields for results anew.
  async refresh({ again = false, results = false } = {}) {
    const address = this.closest("thread-view").dataset.messageAddress.replace("00000000-0000-0000-0000-000000000000", this.dataset.message) + (results ? "?results=again" : "");
    let html = null;
    try {
      const response = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (response.status === 404) {
        this.remove();
        return;
      }
      if (response.ok) html = await response.text();
    } catch {
      // no network: below
    }
    const settled = html && parse(html).querySelector(`#${CSS.escape(this.id)}`);
    if (!this.isConnected) return;
    if (!settled) {
      setTimeout(() => this.isConnected && this.refresh({ again, results }), FETCH_AGAIN);
      return;
    }
    this.#adopt(settled);
    if (!again) this.dispatchEvent(new CustomEvent("tc:settled", { bubbles: true, detail: { state: this.dataset.state, asks: this.asks, ...this.reported } }));
  }

  #fetchWhatItAsksFor() {
    if (this.asks) import("./tool-results.js").catch(() => {});
    if (this.querySelector("wait-button")) import("./wait-button.js").catch(() => {});
  }

  // How many results the model asks for.
  get asks() {
    return this.querySelectorAll("tool-results textarea").length;
  }

  #adopt(settled) {
    const source = settled.querySelector('[data-source="content"]').textContent;
    const reasoning = settled.querySelector('[data-source="reasoning"]').textContent;
    for (const name of PARTS) {
      const fresh = settled.querySelector(`[data-part="${name}"]`);
      this.querySelector(`[data-part="${name}"]`).replaceWith(fresh);
      globalThis.htmx?.process(fresh);
    }
    const summary = settled.querySelector("summary");
    this.#thinking.querySelector("summary").replaceWith(summary);
    this.#thinking.hidden = !reasoning;
    appendText(this.#source("reasoning"), reasoning);
    this.#source("content").textContent = source;
    for (const name of ["data-state", "data-seq"]) this.setAttribute(name, settled.getAttribute(name) ?? "");
    this.removeAttribute("aria-busy");
    this.#thinkingMs ??= this.#answer?.thinkingMs ?? null;
    this.#answer = null;
    this.#drawWhole(source);
    this.#fetchWhatItAsksFor();
    this.labelThinking(summary.querySelector("[data-thinking-label]").dataset.ms ?? this.#thinkingMs ?? undefined);
  }

  // The tokens of the finished meter; zeros when nobody knows.
  get reported() {
    const { promptTokens = 0, completionTokens = 0, reasoningTokens = 0 } = this.querySelector('[data-part="meter"]').dataset;
    return { prompt: Number(promptTokens), completion: Number(completionTokens), reasoning: Number(reasoningTokens) };
  }
}

customElements.define("message-view", MessageView);
