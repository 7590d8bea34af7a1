// <message-view>: one message. It draws the Markdown that the server put into the page as plain text, and while its run is
// live it follows the log: thinking opens, counts and folds, the answer grows, and at the end the server's finished partial
// takes over the parts around the text, so that nothing jumps.
import { callsIn, drawCalls } from "../calls.js";
import { element, icon, parse } from "../dom.js";
import { fill, gettext, ngettext, number, seconds } from "../language.js";
import { live } from "../live.js";
import { MarkdownView } from "../markdown.js";
import { LiveMeter } from "../meter.js";
import { withReferences } from "../references.js";
import { LIVE, begin, reduce } from "../stream.js";
import { hydrateLater } from "../hydrate.js";
import { drawInTurn } from "../turns.js";

const TICK = 100; // milliseconds between two looks at the clock
const FETCH_AGAIN = 2_000;
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
  #state = null;
  #isPlanned = false;
  #notBefore = 0;
  #ticking = 0;
  #began = 0;
  #thinkingBegan = 0;
  #thinkingMs = null;
  #isTouched = false; // the reader folded or unfolded the thinking
  #meter = null;

  connectedCallback() {
    if (this.dataset.role === "user" && this.markdown.startsWith("```")) import("../attached-view.js").then(({ foldAttached }) => foldAttached(this), () => {});
    if (this.dataset.role !== "assistant" || this.#state) return;
    const body = this.querySelector("[data-body]");
    this.#markdown ??= this.hasAttribute("data-json") ? new JsonLater(body) : new MarkdownView(body);
    this.addEventListener("click", ({ target }) => target.dataset.path && target.matches("button") && this.#markdown.reveal?.(target.dataset.path));
    const { generation, state, seq, elapsed } = this.dataset;
    this.#state = begin(generation, { seq: Number(seq ?? 0), state, content: this.#source("content").textContent, reasoning: this.#source("reasoning").textContent, calls: this.isLive ? callsIn(this.#tools) : [] });
    this.#awaitResults();
    if (!this.isLive) {
      this.#labelThinking(this.#thinking.querySelector("[data-thinking-label]").dataset.ms);
      hydrateLater(this);
      return;
    }
    this.#began = performance.now() - Number(elapsed ?? 0);
    this.#thinking.querySelector("summary").addEventListener("click", () => {
      this.#isTouched = true;
    });
    const { content, reasoning, calls } = this.#state;
    this.#meter = new LiveMeter(this.querySelector('[data-part="meter"]'), this.#began, Boolean(content || reasoning || calls.length));
    if ((content || calls.length) && reasoning) {
      // The thinking was over before the page came; how long it took comes with the finished message.
      this.#thinkingMs = -1;
      this.#labelThinking(this.#thinking.querySelector("[data-thinking-label]").dataset.ms);
    }
    this.#draw();
    this.#ticking = setInterval(() => this.#tick(), TICK);
    live.follow(generation, this);
  }

  disconnectedCallback() {
    clearInterval(this.#ticking);
    if (this.isLive) live.unfollow(this.dataset.generation);
    this.#state = null;
  }

  get isLive() {
    return LIVE.includes(this.dataset.state);
  }

  // The answer as the model wrote it.
  get markdown() {
    return this.dataset.role === "assistant" && this.#state ? this.#state.content : this.#source("content").textContent;
  }

  // Draws a message of history. Called when its turn has come (hydrate.js).
  hydrate() {
    if (this.#state && !this.isLive) this.#drawWhole(this.#state.content);
  }

  #drawWhole(content) {
    this.#markdown.update(withReferences(content, this.querySelector('[data-part="sources"]')));
  }

  get #tools() {
    return this.querySelector('[data-part="tools"]');
  }

  // ── follower of the connection ──
  after() {
    return this.#state?.seq ?? 0;
  }

  handle(frame) {
    if (!this.#state) return;
    const known = this.#state;
    this.#state = reduce(known, frame);
    if (this.#state.lost && !known.lost) live.again(frame.generation);
    if (this.#state.ended) this.#finish();
    else this.#plan();
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

  #plan() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    const wait = this.#notBefore - performance.now();
    if (wait > 0) setTimeout(() => drawInTurn(this.#drawn), wait);
    else drawInTurn(this.#drawn);
  }

  #drawn = () => {
    this.#isPlanned = false;
    if (this.#state && this.isLive) this.#draw();
  };

  #draw() {
    const began = performance.now();
    const { content, reasoning, calls } = this.#state;
    if (reasoning) this.#drawThinking(reasoning, !content && !calls.length);
    if ((content || calls.length) && this.#thinkingBegan && this.#thinkingMs === null) this.#thoughtEnds();
    if (content) this.#markdown.update(content, { live: true });
    if (calls.length) drawCalls(this.#tools, calls);
    this.#meter.update(this.#state);
    this.#tick();
    // A long text takes longer to draw; then it is drawn less often, and the page stays free three quarters of the time.
    const took = performance.now() - began;
    this.#notBefore = took > 8 ? performance.now() + Math.min(2_000, took * 3) : 0;
  }

  #drawThinking(reasoning, isGoingOn) {
    const box = this.#thinking;
    if (box.hidden) {
      box.hidden = false;
      this.#thinkingBegan ||= performance.now();
    }
    this.#thinkingBegan ||= this.#began;
    if (isGoingOn && !this.#isTouched) box.open = true;
    const text = this.#source("reasoning");
    const isAtEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 40;
    appendText(text, reasoning);
    if (isAtEnd) text.scrollTop = text.scrollHeight;
  }

  #thoughtEnds() {
    this.#thinkingMs = performance.now() - this.#thinkingBegan;
    this.#labelThinking(this.#thinkingMs);
    if (!this.#isTouched) this.#thinking.open = false;
  }

  #labelThinking(milliseconds) {
    const label = this.#thinking.querySelector("[data-thinking-label]");
    label.textContent = milliseconds === undefined ? gettext("Thought") : fill(gettext("Thought for %(seconds)s s"), { seconds: seconds(milliseconds) });
  }

  // The clocks and the word beside the model's name.
  #tick() {
    const { content, reasoning, calls, state, detail } = this.#state;
    const now = performance.now();
    if (reasoning && !content && !calls.length) {
      const label = this.#thinking.querySelector("[data-thinking-label]");
      label.textContent = fill(gettext("Thinking %(seconds)s s…"), { seconds: Math.floor((now - this.#thinkingBegan) / 1000) });
    }
    const hasText = Boolean(content || reasoning || calls.length);
    const waiting = this.querySelector("[data-waiting]");
    if (waiting) waiting.hidden = hasText;
    if (hasText) this.#say("live", [element("span", { class: "tc-dot" })], gettext("Streaming"));
    else if (state === "retrying") this.#say("warn", [icon("rotate-ccw")], retryWords(detail));
    else if (state === "queued" && detail?.position) this.#say("warn", [icon("hourglass")], fill(gettext("Queued, number %(n)s in line"), { n: detail.position }));
    else this.#say("", [icon("loader-circle", { spin: true })], fill(gettext("Waiting for the first token, %(seconds)s s"), { seconds: seconds(now - this.#began) }));
  }

  #say(tone, signs, words) {
    const place = this.querySelector("[data-state-word]");
    if (!place) return;
    const kind = `${tone}|${signs[0].getAttribute("class")}`;
    if (place.dataset.kind === kind) {
      if (place.lastChild.data !== words) place.lastChild.data = words;
      return;
    }
    place.className = "tc-state";
    place.dataset.kind = kind;
    place.dataset.tone = tone;
    place.replaceChildren(...signs, words);
  }

  #finish() {
    clearInterval(this.#ticking);
    const { content, reasoning } = this.#state;
    if (reasoning) appendText(this.#source("reasoning"), reasoning);
    if (content) this.#markdown.update(content);
    this.refresh();
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

  #awaitResults() {
    if (this.asks) import("./tool-results.js").catch(() => {});
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
    this.#state = begin(this.dataset.generation, { seq: Number(this.dataset.seq), state: this.dataset.state, content: source, reasoning });
    this.#drawWhole(source);
    this.#awaitResults();
    const measured = this.#thinkingMs >= 0 ? this.#thinkingMs : null;
    this.#labelThinking(summary.querySelector("[data-thinking-label]").dataset.ms ?? measured ?? undefined);
  }

  // The tokens of the finished meter; zeros when nobody knows.
  get reported() {
    const { promptTokens = 0, completionTokens = 0, reasoningTokens = 0 } = this.querySelector('[data-part="meter"]').dataset;
    return { prompt: Number(promptTokens), completion: Number(completionTokens), reasoning: Number(reasoningTokens) };
  }
}

function retryWords(detail) {
  const wait = detail?.retry_in;
  return wait ? fill(ngettext("Trying again in %(n)s second", "Trying again in %(n)s seconds", wait), { n: number(wait) }) : gettext("Trying again");
}

// Appends what is new to a text node, so that a selection in it survives.
function appendText(place, text) {
  const shown = place.firstChild;
  if (!shown) place.textContent = text;
  else if (text.startsWith(shown.data)) {
    if (text.length > shown.data.length) shown.appendData(text.slice(shown.data.length));
  } else place.textContent = text;
}

customElements.define("message-view", MessageView);
