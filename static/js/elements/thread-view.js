// <thread-view>: the open conversation. Keeps the reader at the end while an answer grows (unless they scrolled up), carries
// out what the buttons of a message ask for, and takes in new turns.
import { announce, element, icon, page, parse, toast } from "../dom.js";
import { keepAsIs, keptAsIs } from "../drafts.js";
import { hydrateNow } from "../hydrate.js";
import { tokens } from "../estimate.js";
import { fill, gettext, ngettext, number } from "../language.js";
import { live } from "../live.js";
import { newClientId } from "../typing.js";
import { ThreadWindow } from "../window.js";

const NEAR = 80; // pixels from the end that still count as "at the end"
const REMEMBER = 150; // milliseconds after the last scrolling until the place is written down
const IN_SIGHT = 6; // messages drawn at once where a reader is led to
const ZERO = "00000000-0000-0000-0000-000000000000";

export class ThreadView extends HTMLElement {
  #scroller = null;
  #jump = null;
  #window = null;
  #remembering = 0;
  #isAtEnd = true;
  #top = 0;
  #height = 0;
  #switching = null; // the arrow between branches that was pressed: which, and where its message stood
  #awaited = null; // the id of the answer that took the place of the one whose button was pressed

  connectedCallback() {
    this.#scroller = this.querySelector(".tc-thread");
    this.#jump = this.querySelector("[data-jump]");
    this.#window = new ThreadWindow(this, this.#scroller);
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("tc:settled", (event) => this.#settled(event));
    this.addEventListener("tc:results", ({ target, detail }) => this.#giveResults(target.closest("message-view"), detail));
    this.addEventListener("htmx:after:swap", () => {
      this.watch();
      this.#hasSwitched();
    });
    if (this.#isPage) addEventListener("hashchange", () => this.#followLink());
    this.#observer.observe(this.#scroller);
    this.watch();
    this.#hideKept();
    if (!this.#isPage || (!this.#returnToPlace() && !this.#followLink())) this.toEnd();
  }

  // Whether the page's address is that of this conversation. A column of a comparison is one of several.
  get #isPage() {
    return this.dataset.column === undefined;
  }

  get conversation() {
    return this.dataset.conversation;
  }

  // The conversation's own address, with its id filled in.
  address(conversation) {
    return this.dataset.address.replace(ZERO, conversation);
  }

  get lastMessage() {
    return this.querySelector("message-view:last-of-type")?.dataset.message ?? null;
  }

  // Tokens of the newest answer whose provider reported them, and `since`: an estimate for what came after it, but for what is
  // being written now. Null: none did, and not all of the conversation is here.
  get lastReported() {
    const answers = [...this.querySelectorAll('message-view[data-role="assistant"]')];
    // A summary stands for what it read: from then on the question for it is read in the place of that.
    const read = (answer) => (answer.previousElementSibling?.matches("[data-sums-up]") ? tokens(answer.previousElementSibling.markdown) : answer.reported.prompt);
    const last = answers.findLast(({ reported }) => reported.prompt > 0);
    if (!last && this.querySelector("[data-more]")) return null;
    const messages = [...this.querySelectorAll('message-view:not([data-role="tool"], [aria-busy="true"])')];
    const since = messages.slice(messages.indexOf(last) + 1).reduce((sum, { markdown }) => sum + tokens(markdown), 0);
    return last ? { ...last.reported, prompt: read(last), since } : { prompt: 0, completion: 0, reasoning: 0, since };
  }

  // The generation that is being written now, if any.
  get running() {
    return this.querySelector('message-view[aria-busy="true"]')?.dataset.generation ?? null;
  }

  // Who asked what is being answered now: their name if it is another person, else "".
  get askedBy() {
    const answer = this.querySelector('message-view[aria-busy="true"]');
    const { author = "", authorId } = [...this.querySelectorAll("message-view[data-author]")].findLast((one) => answer && one.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING)?.dataset ?? {};
    return authorId === page("person") ? "" : author;
  }

  // Takes in the turn of an ack: removes what is not on this branch any more, adds the rendered messages.
  take(ack) {
    for (const id of ack.replaces ?? []) document.getElementById(`message-${id}`)?.remove();
    this.querySelector("[data-empty]")?.remove();
    this.#append(ack.html);
    announce(gettext("Answering"));
    this.toEnd();
  }

  // A turn began in another tab or on another device: the server sends what is new, or the whole branch if it changed.
  async catchUp() {
    const fresh = await this.#window.newerThan(this.lastMessage);
    if (fresh) this.#append(fresh);
    else await this.#window.refresh();
    this.querySelector("[data-empty]")?.remove();
    this.changed();
  }

  // Leads to a message wherever it is in the conversation, and says whether there is such a one.
  async reveal(id) {
    const message = await this.#window.find(id);
    if (!message) return false;
    this.#place(message, 16);
    message.setAttribute("tabindex", "-1");
    message.focus({ preventScroll: true });
    for (const former of this.querySelectorAll("[data-found]")) delete former.dataset.found;
    message.dataset.found = "";
    return true;
  }

  toEnd() {
    this.#isAtEnd = true;
    this.#window.skipToEnd();
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#look();
  }

  changed() {
    this.dispatchEvent(new Event("tc:thread"));
  }

  // A command that begins a run is about to leave: the notice of the run that comes back is our own.
  asks() {
    this.dispatchEvent(new Event("tc:asks", { bubbles: true }));
  }

  get lastQuestion() {
    return [...this.querySelectorAll('message-view[data-role="user"]')].at(-1)?.markdown ?? "";
  }

  editLast() {
    [...this.querySelectorAll('message-view[data-role="user"]')].at(-1)?.querySelector('[data-act="edit"]')?.click();
  }

  #append(content) {
    const list = this.querySelector(".tc-messages");
    const fresh = typeof content === "string" ? [...parse(content).querySelectorAll("message-view")] : content;
    const added = fresh.filter(({ id }) => !document.getElementById(id));
    list.append(...added);
    const answer = added.findLast(({ dataset }) => dataset.role === "assistant");
    if (answer) this.#markUnseen(answer.dataset.seesFrom);
    for (const message of added) {
      globalThis.htmx?.process(message);
      // The calls that these results answer: their cards show them now.
      if (message.dataset.answers) document.getElementById(`message-${message.dataset.answers}`)?.refresh({ again: true });
    }
  }

  // The newest answer was written without what is above this message.
  #markUnseen(id) {
    for (const former of this.querySelectorAll("[data-unseen]")) former.remove();
    document.getElementById(`message-${id}`)?.prepend(document.getElementById("unseen").content.cloneNode(true));
  }

  // ── the end of the thread ──
  #observer = new ResizeObserver(() => {
    if (this.#isAtEnd) this.toEnd();
    else this.#look();
  });

  // The list of messages is another element now.
  watch() {
    this.#observer.observe(this.querySelector(".tc-messages"));
    this.#window.watch();
  }

  // ── the reader's place ──
  #scrolled() {
    this.#look();
    clearTimeout(this.#remembering);
    this.#remembering = setTimeout(() => this.#remember(), REMEMBER);
  }

  // Kept with the entry of the browser's history: back, forward and a reload lead to the same lines.
  #remember() {
    if (!this.#isPage) return;
    const message = this.#isAtEnd ? null : this.#window.firstInSight();
    const offset = message && message.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
    history.replaceState({ ...history.state, at: message && { message: message.dataset.message, offset } }, "");
  }

  #returnToPlace() {
    const at = history.state?.at;
    if (!at) return false;
    this.#window.find(at.message).then((message) => (message ? this.#place(message, at.offset) : this.toEnd()));
    return true;
  }

  // A link to a message: #message-<id>.
  #followLink() {
    const id = /^#message-([0-9a-f-]{36})$/.exec(location.hash)?.[1];
    if (!id) return false;
    this.reveal(id).then((isThere) => isThere || this.toEnd());
    return true;
  }

  // Puts a message `offset` pixels below the upper edge.
  #place(message, offset) {
    this.#isAtEnd = false;
    const near = [message];
    while (near.length < IN_SIGHT && near.at(-1).nextElementSibling) near.push(near.at(-1).nextElementSibling);
    hydrateNow(near);
    const top = () => message.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
    this.#scroller.scrollTop += top() - offset;
    // Once more when what is in sight now has its own height instead of a guessed one.
    requestAnimationFrame(() => {
      this.#scroller.scrollTop += top() - offset;
      this.#look();
    });
  }

  // Only the reader leaves the end, by going up. A text that grows below does not count as leaving.
  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    const wentUp = scrollTop < this.#top - 1 && scrollHeight >= this.#height;
    if (scrollHeight - scrollTop - clientHeight <= NEAR) this.#isAtEnd = true;
    else if (wentUp) this.#isAtEnd = false;
    this.#top = scrollTop;
    this.#height = scrollHeight;
    this.#jump.hidden = this.#isAtEnd;
  }

  // ── what the buttons ask for ──
  #clicked(event) {
    const mark = event.target.closest("[data-more]");
    if (mark) {
      event.preventDefault();
      this.#window.load(mark);
    }
    const button = event.target.closest("button");
    if (!button) return;
    if (button.closest(".tc-siblings")) this.#switches(button);
    else if (button.matches("[data-jump]")) this.toEnd();
    else if (button.matches("[data-copy-code]")) copy(button, button.closest("figure").querySelector("code").textContent);
    else if (button.matches("[data-unfold]")) {
      delete button.closest("figure").dataset.folded;
      button.remove();
    } else if (button.dataset.act) this.#act(button.dataset.act, button.closest("message-view"), button);
  }

  // Another branch takes the place of this one: the arrow stays under the pointer, and the focus on it.
  #switches(button) {
    const top = button.closest("message-view").getBoundingClientRect().top;
    this.#switching = { id: button.value, isLater: button.matches(":last-of-type"), offset: top - this.#scroller.getBoundingClientRect().top };
  }

  #hasSwitched() {
    const message = this.#switching && document.getElementById(`message-${this.#switching.id}`);
    if (!message) return;
    const { isLater, offset } = this.#switching;
    this.#switching = null;
    this.#place(message, offset);
    const arrows = [...message.querySelectorAll(".tc-siblings button")];
    const wanted = isLater ? arrows.at(-1) : arrows[0];
    (wanted?.disabled ? arrows.find(({ disabled }) => !disabled) : wanted)?.focus({ preventScroll: true });
  }

  // A new answer stands where the pressed button was: the focus waits on it, and goes to its button when it has one.
  #await(id) {
    const answer = document.getElementById(`message-${id}`);
    if (!answer) return;
    this.#awaited = answer.id; // not the element: a turn that began elsewhere may draw it anew
    answer.setAttribute("tabindex", "-1");
    answer.focus({ preventScroll: true });
  }

  #act(act, message, button) {
    if (act === "copy") copy(button, message.markdown);
    else if (act === "copy-thinking") copy(button, message.thinkingText);
    else if (act === "details") this.#details(message, button);
    else if (act === "edit") this.#edit(message);
    else if (act === "keep") {
      keepAsIs(message.dataset.message);
      button.closest(".tc-note").remove();
    } else if (act === "again") this.#answerAgain(message.dataset.answers);
    else if (act === "regenerate" || act === "continue" || act === "repair") this.#command({ type: `message.${act}`, message: message.dataset.message }, button, message);
  }

  // What the calls of an answer came back with. It goes on its way now, and the draft with it.
  async #giveResults(message, { results, button, done }) {
    if (await this.#command({ type: "message.results", message: message.dataset.message, results }, button, message)) done();
  }

  // Other results for calls that were answered: the fields come back, with what was given.
  async #answerAgain(id) {
    const answer = document.getElementById(`message-${id}`);
    await answer?.refresh({ again: true, results: true });
    answer?.querySelector("tool-results textarea")?.focus();
  }

  // What was sent and what came back.
  #details(message, button) {
    return this.openDialog(`${this.dataset.messageAddress.replace(ZERO, message.dataset.message)}details/`, button);
  }

  // A dialog of this conversation, fetched when asked for; `button` gets the focus back.
  async openDialog(address, button) {
    const response = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!response?.ok) {
      toast(gettext("The server could not do that. Try again in a moment."), "info");
      return;
    }
    const dialog = document.querySelector("#details-dialog");
    dialog.replaceChildren(...parse(await response.text()).children);
    dialog.addEventListener("close", () => button.focus(), { once: true });
    dialog.showModal();
  }

  // Says whether it was done.
  async #command(frame, button, message) {
    button.disabled = true;
    try {
      this.asks();
      const ack = await live.send({ ...frame, client_id: newClientId() });
      const hadFocus = message.contains(document.activeElement) || document.activeElement === document.body; // a disabled button has none
      this.take(ack);
      if (hadFocus) this.#await(ack.assistant_message);
      this.changed();
      return true;
    } catch (refusal) {
      const place = message.querySelector('[data-part="notes"]') ?? message;
      message.querySelector("[data-refused]")?.remove();
      place.append(element("p", { class: "tc-field-error", role: "alert", "data-refused": true }, refusal.message));
      return false;
    } finally {
      button.disabled = false;
    }
  }

  #edit(message) {
    import("../message-edit.js").then(
      ({ editMessage }) => editMessage(message, this),
      () => toast(gettext("The server cannot be reached now."), "info"),
    );
  }

  #settled({ target, detail }) {
    if (target.id === this.#awaited) {
      this.#awaited = null;
      if (document.activeElement === target) target.querySelector('[data-act="regenerate"]')?.focus({ preventScroll: true });
    }
    const words = detail.asks
      ? fill(ngettext("The model asks for %(n)s result", "The model asks for %(n)s results", detail.asks), { n: number(detail.asks) })
      : detail.state === "finished" && detail.completion
        ? fill(ngettext("Finished, %(n)s token", "Finished, %(n)s tokens", detail.completion), { n: number(detail.completion) })
        : { finished: gettext("Finished"), stopped: gettext("Stopped"), interrupted: gettext("The answer was cut off") }[detail.state] ?? gettext("The answer failed");
    announce(words);
    this.changed();
  }

  #hideKept() {
    for (const id of keptAsIs()) document.querySelector(`#message-${CSS.escape(id)} .tc-note`)?.remove();
  }
}

// Copies, and says so on the button for a moment.
async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyByHand(text)) {
      toast(gettext("This browser does not let the page copy."), "info");
      return;
    }
  }
  const former = [...button.childNodes];
  const word = button.querySelector("span");
  button.replaceChildren(icon("check", { small: true }), ...(word ? [element("span", {}, gettext("Copied"))] : []));
  announce(gettext("Copied"));
  setTimeout(() => button.replaceChildren(...former), 1500);
}

// Without a secure address there is no clipboard; the old way still works.
function copyByHand(text) {
  const field = element("textarea", { class: "tc-hidden-text" });
  field.value = text;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  return isDone;
}

customElements.define("thread-view", ThreadView);
