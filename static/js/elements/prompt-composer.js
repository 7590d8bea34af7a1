// <prompt-composer>: where a message is written. It keeps the draft, says what the next turn may cost, and sends; what
// sending means is decided by the page (chat.js), which sets `deliver` and `stop`.
import { element } from "../dom.js";
import { keepDraft, readDraft } from "../drafts.js";
import { nextTurn, tokens } from "../estimate.js";
import { fill, gettext, money, short } from "../language.js";
import { grow, isSend, newClientId } from "../typing.js";

const KEEP_AFTER = 300; // milliseconds after the last key
const WARN = 0.8; // of the context

export class PromptComposer extends HTMLElement {
  // async ({text, clientId}) => void; throws a Refusal
  deliver = async () => {};
  stop = () => {};
  // What the run settings say: see run-settings.js `facts`.
  facts = null;

  #field = null;
  #form = null;
  #send = null;
  #isWaiting = false;
  #clientId = "";
  #keeping = 0;

  connectedCallback() {
    this.#field = this.querySelector("textarea");
    this.#form = this.querySelector("form");
    this.#send = this.querySelector("[data-send]");
    this.#send.dataset.wordSend = this.#send.getAttribute("aria-label");
    this.#field.addEventListener("input", () => this.#typed());
    this.#field.addEventListener("keydown", (event) => {
      if (!isSend(event)) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (event.submitter === this.#send && this.isLive) this.stop();
      else this.#deliver();
    });
    addEventListener("pagehide", () => this.#keep());
    if (!this.#field.value) this.#field.value = readDraft(this.dataset.conversation);
    this.refresh();
  }

  get text() {
    return this.#field.value;
  }

  // Puts a text there for the reader to look over; nothing is sent.
  fill(text) {
    this.#field.value = text;
    this.#typed();
    this.focus();
    this.#field.setSelectionRange(text.length, text.length);
  }

  focus() {
    this.#field.focus();
  }

  get isLive() {
    return this.hasAttribute("data-live");
  }

  // Whether an answer is being written: the button stops it then.
  set isLive(value) {
    this.toggleAttribute("data-live", value);
    this.#send.setAttribute("aria-label", value ? this.#send.dataset.wordStop : this.#send.dataset.wordSend);
    this.refresh();
  }

  // The conversation got its id: the draft goes with it.
  set conversation(id) {
    keepDraft(this.dataset.conversation, "");
    this.dataset.conversation = id;
    this.#keep();
  }

  set historyTokens(count) {
    this.dataset.historyTokens = count;
    this.refresh();
  }

  // What the next turn reads: system prompt, history and what is typed.
  get promptTokens() {
    return (this.facts?.systemTokens ?? 0) + Number(this.dataset.historyTokens || 0) + tokens(this.text);
  }

  refresh() {
    grow(this.#field);
    this.#send.disabled = this.#isWaiting || this.#field.disabled || (!this.isLive && !this.text.trim());
    this.#showEstimate();
  }

  #typed() {
    this.#clientId = "";
    this.#say("");
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), KEEP_AFTER);
    this.refresh();
  }

  #keep() {
    keepDraft(this.dataset.conversation, this.text);
  }

  async #deliver() {
    const text = this.text.trim();
    if (!text || this.#isWaiting) return;
    // The same text keeps its id until it has arrived: sent twice, it makes one turn.
    this.#clientId ||= newClientId();
    this.#isWaiting = true;
    this.#field.readOnly = true;
    this.#say("");
    this.refresh();
    try {
      await this.deliver({ text, clientId: this.#clientId });
      this.#field.value = "";
      this.#clientId = "";
      clearTimeout(this.#keeping);
      this.#keep();
    } catch (refusal) {
      this.#say(refusal.message);
    } finally {
      this.#isWaiting = false;
      this.#field.readOnly = false;
      this.refresh();
      if (matchMedia("(pointer: fine)").matches) this.focus();
    }
  }

  #say(sentence) {
    const place = this.querySelector("[data-composer-note]");
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  // ── what it will cost, and how much still fits ──
  #showEstimate() {
    const facts = this.facts;
    if (!facts) return;
    const typed = tokens(this.text);
    const fixed = facts.systemTokens;
    const talk = Number(this.dataset.historyTokens || 0) + typed;
    const reserved = facts.maxTokens ?? facts.maxOutput ?? 0;
    this.#showCost({ facts, prompt: fixed + talk, reserved });
    this.#showContext({ context: facts.context, fixed, talk, reserved: Math.min(reserved, Math.max(0, (facts.context ?? 0) - fixed - talk)) });
  }

  #showCost({ facts, prompt, reserved }) {
    const place = this.querySelector("[data-estimate]");
    const cost = nextTurn({ prompt, most: reserved, inputPrice: facts.inputPrice, outputPrice: facts.outputPrice });
    if (!cost) {
      place.replaceChildren(prompt ? fill(gettext("about %(n)s tokens"), { n: short(prompt) }) : "");
      return;
    }
    const words = reserved ? gettext("next turn %(read)s · at most %(most)s") : gettext("next turn %(read)s");
    const values = { read: money(facts.sign, cost.read), most: money(facts.sign, cost.most) };
    place.replaceChildren(...words.split(/(%\(\w+\)s)/).map((part) => (part.startsWith("%(") ? element("b", {}, fill(part, values)) : part)));
    place.title = facts.otherRate ? `≈ ${money(facts.otherSign, cost.read * facts.otherRate)} · ${money(facts.otherSign, cost.most * facts.otherRate)}` : "";
  }

  #showContext({ context, fixed, talk, reserved }) {
    const line = this.querySelector("[data-context]");
    line.hidden = !context;
    if (!context) return;
    const used = fixed + talk;
    let x = 0;
    for (const [name, share] of Object.entries({ fixed, talk, reserved })) {
      const width = Math.min(100 - x, (share / context) * 100);
      const rect = line.querySelector(`[data-context-part="${name}"]`);
      rect.setAttribute("x", x.toFixed(2));
      rect.setAttribute("width", width.toFixed(2));
      x += width;
    }
    line.dataset.tone = used >= context ? "bad" : used >= WARN * context ? "warn" : "";
    line.querySelector("[data-context-used]").textContent = `${short(used)} / ${short(context)}`;
    line.querySelector("[data-context-reserved]").textContent = reserved ? fill(gettext("%(n)s reserved for output"), { n: short(reserved) }) : "";
  }
}

customElements.define("prompt-composer", PromptComposer);
