// An answer while it is written: it follows the log of its run, thinking opens, counts and folds, the text grows, and at the
// end the message fetches what the server settled. message-view fetches this with the first run that is live.
import { callsIn, drawCalls } from "./calls.js";
import { appendText, element, icon } from "./dom.js";
import { fill, gettext, ngettext, number, seconds } from "./language.js";
import { live } from "./live.js";
import { LiveMeter } from "./meter.js";
import { begin, reduce } from "./stream.js";
import { drawInTurn } from "./turns.js";

const TICK = 100; // milliseconds between two looks at the clock

export class LiveAnswer {
  // How long it thought, in milliseconds; null when that is not known here.
  thinkingMs = null;

  #message;
  #markdown;
  #state;
  #began;
  #isPlanned = false;
  #notBefore = 0;
  #ticking = 0;
  #thinkingBegan = 0;
  #hasThought = false;
  #isTouched = false; // the reader folded or unfolded the thinking
  #meter;

  // `message` shows it, `markdown` draws its text; `began`: when it was asked, by the page's clock.
  constructor(message, { markdown, began }) {
    this.#message = message;
    this.#markdown = markdown;
    this.#began = began;
    const { generation, state, seq } = message.dataset;
    this.#state = begin(generation, { seq: Number(seq ?? 0), state, content: message.markdown, reasoning: message.thinkingText, calls: callsIn(this.#part("tools")) });
    const { content, reasoning, calls } = this.#state;
    this.#meter = new LiveMeter(this.#part("meter"), began, Boolean(content || reasoning || calls.length));
    this.#thinking.querySelector("summary").addEventListener("click", () => {
      this.#isTouched = true;
    });
    if ((content || calls.length) && reasoning) {
      // The thinking was over before the page came; how long it took comes with the finished message.
      this.#hasThought = true;
      message.labelThinking(this.#label.dataset.ms);
    }
    this.#draw();
    this.#ticking = setInterval(() => this.#tick(), TICK);
    live.follow(generation, this);
  }

  get content() {
    return this.#state.content;
  }

  // The message has left the page.
  leave() {
    clearInterval(this.#ticking);
    if (this.#state.ended) return;
    live.unfollow(this.#state.generation);
    this.#state = { ...this.#state, ended: true };
  }

  // ── follower of the connection ──
  after() {
    return this.#state.seq;
  }

  handle(frame) {
    const known = this.#state;
    if (known.ended) return;
    this.#state = reduce(known, frame);
    if (this.#state.lost && !known.lost) live.again(frame.generation);
    if (this.#state.ended) this.#finish();
    else this.#plan();
  }

  #part(name) {
    return this.#message.querySelector(`[data-part="${name}"]`);
  }

  get #thinking() {
    return this.#part("thinking");
  }

  get #label() {
    return this.#thinking.querySelector("[data-thinking-label]");
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
    if (!this.#state.ended) this.#draw();
  };

  #draw() {
    const began = performance.now();
    const { content, reasoning, calls } = this.#state;
    const isAnswering = Boolean(content || calls.length);
    if (reasoning) this.#drawThinking(reasoning, !isAnswering);
    if (isAnswering && this.#thinkingBegan && !this.#hasThought) this.#thoughtEnds();
    if (content) this.#markdown.update(content, { live: true });
    if (calls.length) drawCalls(this.#part("tools"), calls);
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
    const text = this.#message.querySelector('[data-source="reasoning"]');
    const isAtEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 40;
    appendText(text, reasoning);
    if (isAtEnd) text.scrollTop = text.scrollHeight;
  }

  #thoughtEnds() {
    this.#hasThought = true;
    this.thinkingMs = performance.now() - this.#thinkingBegan;
    this.#message.labelThinking(this.thinkingMs);
    if (!this.#isTouched) this.#thinking.open = false;
  }

  // The clocks and the word beside the model's name.
  #tick() {
    const { content, reasoning, calls, againAt } = this.#state;
    const now = performance.now();
    if (reasoning && !content && !calls.length) this.#label.textContent = fill(gettext("Thinking %(seconds)s s…"), { seconds: Math.floor((now - this.#thinkingBegan) / 1000) });
    const hasText = Boolean(content || reasoning || calls.length);
    const waiting = this.#message.querySelector("[data-waiting]");
    if (waiting) waiting.hidden = hasText;
    if (hasText) this.#say("live", [element("span", { class: "tc-dot" })], gettext("Streaming"));
    else if (againAt !== null) this.#say("warn", [icon("rotate-ccw")], retryWords(this.#began + againAt - now));
    else this.#say("", [icon("loader-circle", { spin: true })], fill(gettext("Waiting for the first token, %(seconds)s s"), { seconds: seconds(now - this.#began) }));
  }

  #say(tone, signs, words) {
    const place = this.#message.querySelector("[data-state-word]");
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
    if (reasoning) appendText(this.#message.querySelector('[data-source="reasoning"]'), reasoning);
    if (content) this.#markdown.update(content);
    this.#message.refresh();
  }
}

function retryWords(left) {
  const wait = Math.ceil(left / 1000);
  return wait > 0 ? fill(ngettext("Trying again in %(n)s second", "Trying again in %(n)s seconds", wait), { n: number(wait) }) : gettext("Trying again");
}
