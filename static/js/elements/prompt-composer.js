// <prompt-composer>: where a message is written. It keeps the draft, says what the next turn may cost and how much fits, why
// it cannot be sent, and sends; what sending means is decided by the page (chat.js), which sets `deliver` and `stop`.
import { element, idle } from "../dom.js";
import { keepDraft, keepFiles, readDraft, readFiles } from "../drafts.js";
import { nextTurn, tokens } from "../estimate.js";
import { amounts, fill, gettext, ngettext, number, short } from "../language.js";
import { grow, isSend, newClientId } from "../typing.js";

const KEEP_AFTER = 300; // milliseconds after the last key
const WARN = 0.8; // of the context
const CROSSED = ["busy", "conversation_moved"]; // somebody else was faster, which is no mistake
const RESERVED = 8192; // tokens of an answer whose length nobody chose (conversations/run_settings.py)
const SIZES_ITSELF = CSS.supports("field-sizing", "content"); // composer.css; asking for the height lays out the whole page
const COUNT_FROM = 0.9; // of the longest message: from here on its length is shown

export class PromptComposer extends HTMLElement {
  // async ({text, clientId, signal}) => void; throws a Refusal
  deliver = async () => {};
  stop = () => {};
  // Whether a message would leave at once; if not, it waits for the connection.
  isReady = () => true;
  // Who asked what is being answered, when it is somebody else; "" when nobody is.
  askedBy = () => "";
  // What the run settings say: see run-settings.js `facts`.
  facts = null;
  // (typed tokens) => what stands in the place of the estimate, where more than one run is started.
  estimate = null;

  #field = null;
  #form = null;
  #send = null;
  #isWaiting = false;
  #clientId = "";
  #keeping = 0;
  #withdrawing = null;
  #known = null; // the standing that is shown
  #hasAside = false; // the draft is kept, but another text stands here
  #isFull = false; // the next turn and its answer are more than the model reads
  #isEarly = true; // the conversation comes first, then what the next turn will cost
  #written = 0; // tokens of the answer that is being written
  #typedTokens = ["", 0]; // the text that was counted last, and how many it has
  #attached = null; // the files that go along; what reads them comes with the first one

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
    const draft = readDraft(this.dataset.conversation);
    if (!this.#field.value) this.#field.value = draft;
    else if (draft && draft !== this.#field.value) this.#setAside(draft);
    this.#takeFiles();
    this.refresh();
    idle(() => {
      this.#isEarly = false;
      this.refresh();
    });
  }

  get text() {
    return this.#field.value;
  }

  // The whole message: the attached files, then what is typed.
  get #message() {
    return this.#attached?.joined(this.text.trim()) ?? this.text.trim();
  }

  get #files() {
    return this.#attached?.files ?? [];
  }

  async #attach(change) {
    const { Attachments } = await import("../attachments.js");
    this.#attached ??= new Attachments({ place: this.querySelector("[data-attached]"), changed: () => this.#typed(), tell: (sentence) => this.#say(sentence) });
    await change(this.#attached);
    this.refresh();
  }

  #takeKept() {
    const kept = readFiles(this.dataset.conversation);
    if (kept.length) this.#attach((attached) => (attached.files = kept));
  }

  // A link brought a text, and there is a draft: it stays as it is until the reader has said what becomes of it.
  #setAside(draft) {
    this.#hasAside = true;
    const take = (text) => {
      this.#hasAside = false;
      this.#takeKept();
      this.fill(text);
    };
    import("../draft-choice.js").then(({ offerDraft }) => offerDraft(this, { add: () => take(`${this.text.trim()}\n\n${draft}`), use: () => take(draft) }), () => {});
  }

  // By the button, by dropping on the page, or by pasting.
  #takeFiles() {
    if (!this.#hasAside) this.#takeKept();
    const add = (files) => {
      const chosen = [...files]; // a copy: the list empties itself with its field or its event
      return this.#attach((attached) => attached.add(chosen));
    };
    const chooser = this.querySelector("[data-choose-files]");
    this.querySelector("[data-attach]").addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      add(chooser.files).then(() => this.focus());
      chooser.value = "";
    });
    this.#field.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      add(event.clipboardData.files);
    });
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    for (const kind of ["dragenter", "dragover"]) {
      document.addEventListener(kind, (event) => {
        if (!carries(event)) return;
        event.preventDefault();
        this.toggleAttribute("data-dropping", true);
      });
    }
    document.addEventListener("dragleave", (event) => event.relatedTarget || this.removeAttribute("data-dropping"));
    document.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      this.removeAttribute("data-dropping");
      add(event.dataTransfer.files);
    });
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
    if (!this.#hasAside) {
      keepDraft(this.dataset.conversation, "");
      keepFiles(this.dataset.conversation, []);
    }
    this.#hasAside = false;
    this.querySelector("[data-draft-choice]")?.remove();
    this.dataset.conversation = id;
    this.#keep();
  }

  // What is settled; what is being written begins anew.
  set historyTokens(count) {
    this.#written = 0;
    this.dataset.historyTokens = count;
    if (count) this.#field.placeholder = this.#field.dataset.wordReply;
    this.refresh();
  }

  // An answer grows that the next turn will read.
  set writtenTokens(count) {
    this.#written = count;
    this.#showEstimate();
  }

  get #talkTokens() {
    return Number(this.dataset.historyTokens || 0) + this.#written;
  }

  get textTokens() {
    if (this.#typedTokens[0] !== this.text) this.#typedTokens = [this.text, tokens(this.text)];
    return this.#typedTokens[1] + (this.#attached?.tokens ?? 0);
  }

  // What the next turn reads: system prompt, history and what is typed.
  get promptTokens() {
    return (this.facts?.systemTokens ?? 0) + this.#talkTokens + this.textTokens;
  }

  // Whether the model is to sum up what was said before the message goes out.
  get needsSummary() {
    return this.#isFull && this.facts.whenFull === "summarise" && Number(this.dataset.historyTokens) > 0;
  }

  // Why it is not simply open, and which offers read more: templates that the server rendered with the run settings.
  stand({ mode, note, larger }) {
    const known = note.innerHTML + larger.innerHTML;
    if (this.#known === known && this.dataset.mode === mode) return;
    this.#known = known;
    this.dataset.mode = mode;
    this.querySelector("[data-standing-place]").replaceChildren(note.content.cloneNode(true));
    this.querySelector("[data-context-ways]").replaceChildren(larger.content.cloneNode(true));
    for (const part of this.querySelectorAll("[data-closed-hides]")) part.toggleAttribute("data-closed", mode === "closed");
  }

  // Says something that is no mistake, until the next key.
  tell(sentence) {
    this.#say(sentence, "info");
  }

  // The connection is there again, or lost.
  connectionChanged() {
    if (this.#isWaiting) this.#sayQueued();
  }

  refresh() {
    if (!SIZES_ITSELF) grow(this.#field);
    const reason = this.#reason();
    this.#send.disabled = !this.isLive && (this.#isWaiting || Boolean(reason) || !(this.text.trim() || this.#files.length));
    this.#send.title = this.isLive ? "" : reason;
    this.#showLength();
    this.#showEstimate();
  }

  // Why nothing can be sent; "" when it can.
  #reason() {
    if (this.dataset.mode === "blocked" || this.dataset.mode === "closed") return this.querySelector("[data-standing-place] .tc-note-title")?.textContent ?? "";
    const most = Number(this.#field.dataset.limit);
    if (this.#length <= most) return "";
    return fill(gettext("The message is too long: %(count)s of %(most)s characters."), { count: number(this.#length), most: number(most) });
  }

  get #length() {
    return this.#files.reduce((sum, { name, text }) => sum + name.length + text.length + 10, this.text.length);
  }

  #typed() {
    this.#clientId = "";
    this.#say("");
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), KEEP_AFTER);
    this.refresh();
  }

  #keep() {
    if (this.#hasAside) return;
    keepDraft(this.dataset.conversation, this.text);
    keepFiles(this.dataset.conversation, this.#files);
  }

  async #deliver() {
    const text = this.#message;
    if (!text || this.#isWaiting) return;
    const reason = this.isLive ? this.#whyBusy() : this.#reason();
    if (reason) {
      this.#say(reason, this.isLive ? "info" : "");
      return;
    }
    // The same text keeps its id until it has arrived: sent twice, it makes one turn.
    this.#clientId ||= newClientId();
    this.#isWaiting = true;
    this.#field.readOnly = true;
    this.#withdrawing = this.isReady() ? null : new AbortController();
    this.#sayQueued();
    this.refresh();
    this.#keep();
    try {
      await this.deliver({ text, clientId: this.#clientId, signal: this.#withdrawing?.signal });
      this.#field.value = "";
      if (this.#attached) this.#attached.files = [];
      this.#clientId = "";
      clearTimeout(this.#keeping);
      this.#say("");
      this.#keep();
    } catch (refusal) {
      this.#say(refusal.message, CROSSED.includes(refusal.code) ? "info" : "");
    } finally {
      this.#isWaiting = false;
      this.#withdrawing = null;
      this.#field.readOnly = false;
      this.refresh();
      if (matchMedia("(pointer: fine)").matches) this.focus();
    }
  }

  #whyBusy() {
    const name = this.askedBy();
    if (!name) return gettext("The answer is still being written. Stop it, or wait: your text stays here.");
    return fill(gettext("%(name)s is being answered. Stop the answer, or wait: your text stays here."), { name });
  }

  // A message that waits for the connection says so. It can be taken back only if it never left: one whose answer was lost
  // may have arrived.
  #sayQueued() {
    if (this.isReady()) {
      this.#withdrawing = null;
      this.#say("");
      return;
    }
    this.#say(gettext("Queued: it goes out as soon as the connection is back."), "info");
    if (!this.#withdrawing) return;
    const back = element("button", { type: "button", class: "btn", "data-variant": "ghost", "data-size": "sm", "data-withdraw": true }, gettext("Don't send"));
    back.addEventListener("click", () => this.#withdrawing?.abort());
    this.querySelector("[data-composer-note]").append(" ", back);
  }

  // tone "info" for what is no mistake
  #say(sentence, tone = "") {
    const place = this.querySelector("[data-composer-note]");
    place.textContent = sentence;
    place.hidden = !sentence;
    place.dataset.tone = tone;
  }

  // ── how long it is, what it will cost, and how much still fits ──
  #showLength() {
    const most = Number(this.#field.dataset.limit);
    const count = this.#length;
    const isOver = count > most;
    const place = this.querySelector("[data-length]");
    place.hidden = count < COUNT_FROM * most;
    place.toggleAttribute("data-over", isOver);
    place.textContent = place.hidden ? "" : fill(gettext("%(count)s / %(most)s characters"), { count: number(count), most: number(most) });
    if (isOver) this.#field.setAttribute("aria-invalid", "true");
    else this.#field.removeAttribute("aria-invalid");
  }

  #showEstimate() {
    if (this.estimate) this.querySelector("[data-estimate]").replaceChildren(...this.estimate(this.textTokens));
    const facts = this.facts;
    if (!facts) return;
    const typed = this.textTokens;
    const fixed = facts.systemTokens;
    const talk = this.#talkTokens + typed;
    const reserved = facts.maxTokens ?? facts.maxOutput ?? 0;
    const isOver = Boolean(facts.context) && fixed + talk >= facts.context;
    this.#isFull = Boolean(facts.context) && fixed + talk + (facts.maxTokens ?? Math.min(RESERVED, facts.maxOutput ?? RESERVED)) > facts.context;
    this.querySelector("[data-estimate]").toggleAttribute("data-over", isOver);
    this.#showCost({ facts, prompt: fixed + talk, reserved, isBare: !talk });
    this.#showContext({ context: facts.context, fixed, talk, reserved: Math.min(reserved, Math.max(0, (facts.context ?? 0) - fixed - talk)) });
    this.#showWaysOut({ over: isOver ? fixed + talk - facts.context : -1, facts });
  }

  #showCost({ facts, prompt, reserved, isBare }) {
    if (this.#isEarly) return;
    const place = this.querySelector("[data-estimate]");
    const cost = nextTurn({ prompt, most: reserved, inputPrice: facts.inputPrice, outputPrice: facts.outputPrice });
    if (!cost) {
      place.replaceChildren(fill(ngettext("about %(n)s token · price not set", "about %(n)s tokens · price not set", prompt), { n: short(prompt) }));
      return;
    }
    // Nothing to send yet: what it would read says more than its price.
    const bare = reserved ? ngettext("%(n)s token · at most %(most)s", "%(n)s tokens · at most %(most)s", prompt) : ngettext("%(n)s token", "%(n)s tokens", prompt);
    const turn = reserved ? gettext("next turn %(read)s · at most %(most)s") : gettext("next turn %(read)s");
    const parts = { n: [element("b", {}, short(prompt))], read: inBoth(facts, cost.read), most: inBoth(facts, cost.most) };
    const words = (isBare ? bare : turn).split(/%\((\w+)\)s/);
    place.replaceChildren(...words.flatMap((word, place) => (place % 2 ? parts[word] : [word])));
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
    const free = Math.max(0, context - used - reserved);
    line.querySelector("[data-context-reserved]").textContent = reserved ? fill(gettext("%(n)s reserved"), { n: short(reserved) }) : "";
    line.querySelector("[data-context-free]").textContent = fill(gettext("%(n)s free"), { n: short(free) });
    const numbers = { used: number(used), reserved: number(reserved), free: number(free), context: number(context) };
    const words = fill(gettext("Context in tokens: %(used)s used, %(reserved)s reserved for the answer, %(free)s free, of %(context)s"), numbers);
    line.querySelector("svg").setAttribute("aria-label", words);
  }

  #showWaysOut({ over, facts }) {
    const line = this.querySelector("[data-context-out]");
    const way = Number(this.dataset.historyTokens) ? (facts.whenFull ?? "") : "";
    line.hidden = way ? !this.#isFull : over < 0;
    line.dataset.way = way;
    if (line.hidden) return;
    const full = { drop: gettext("The context is full: the oldest turns are left out."), summarise: gettext("The context is full: a summary comes first.") };
    line.querySelector("[data-context-words]").textContent = full[way] ?? fill(gettext("About %(over)s tokens more than %(model)s reads."), { over: number(over), model: facts.title });
  }
}

function inBoth(facts, amount) {
  const [lead, rest] = amounts(facts, amount);
  return [element("b", {}, lead), ...(rest ? [" ", element("small", {}, rest)] : [])];
}

customElements.define("prompt-composer", PromptComposer);
