// The part of a long conversation that stands in the page: a window of its branch and always its last turn. Earlier and
// later messages come as the reader scrolls towards the marks ([data-more]); what is far away is let go again, so that a
// conversation of any length is a few hundred elements. The place the reader looks at never moves.
import { element, parse } from "./dom.js";
import { gettext } from "./language.js";

const MOST = 160; // messages in the page
const TAIL = 2; // of them always the last question and its answer
const AHEAD = 1_500; // pixels before a mark comes into sight that its messages are fetched

export class ThreadWindow {
  #thread;
  #scroller;
  #asked = new WeakSet(); // marks whose messages are on their way
  #watcher;

  // `thread` knows the addresses: address(conversation) and its dataset.
  constructor(thread, scroller) {
    this.#thread = thread;
    this.#scroller = scroller;
    this.#watcher = new IntersectionObserver((seen) => seen.filter(({ isIntersecting }) => isIntersecting).forEach(({ target }) => this.load(target)), { root: scroller, rootMargin: `${AHEAD}px 0px` });
  }

  // Called whenever the list was replaced or grew.
  watch() {
    for (const mark of this.#marks()) this.#watcher.observe(mark);
  }

  // The end of the branch, however far away the reader is: the messages above the gap go, and those before it come.
  skipToEnd() {
    const gap = this.#marks("after")[0];
    if (!gap?.nextElementSibling) return;
    while (gap.previousElementSibling) gap.previousElementSibling.remove();
    const mark = this.#mark("before", gap.nextElementSibling);
    gap.replaceWith(mark);
    this.load(mark);
  }

  // The element of a message, fetched with its surroundings if it is not in the page; null when there is none.
  async find(id) {
    const known = () => document.getElementById(`message-${id}`);
    if (known()) return known();
    const answer = (await this.#ask(`around=${id}`)) ?? ((await this.#openBranch(id)) && (await this.#ask(`around=${id}`)));
    if (!answer) return null;
    this.replace(parse(answer).querySelector(".tc-messages"));
    return known();
  }

  async refresh() {
    const answer = await this.#ask("");
    if (answer) this.replace(parse(answer).querySelector(".tc-messages"));
  }

  replace(list) {
    const focusAgain = keepFocus(this.#list);
    this.#list.replaceWith(list);
    focusAgain();
    globalThis.htmx?.process(list);
    this.#thread.watch();
  }

  // What is new below a message: elements, or null when the whole window has to be fetched.
  async newerThan(id) {
    const answer = await this.#ask(id ? `after=${id}` : "");
    if (answer === null) return [];
    const fresh = parse(answer);
    return fresh.querySelector(".tc-messages, [data-more]") ? null : [...fresh.children];
  }

  async load(mark) {
    const side = mark.dataset.more;
    const neighbour = side === "before" ? mark.nextElementSibling : mark.previousElementSibling;
    if (this.#asked.has(mark) || !neighbour) return;
    this.#asked.add(mark);
    const answer = await this.#ask(`${side}=${neighbour.dataset.message}`);
    this.#asked.delete(mark);
    if (answer === null || !mark.isConnected) return;
    const fresh = parse(answer);
    const whole = fresh.querySelector(".tc-messages");
    if (whole) this.replace(whole); // the branch was changed elsewhere
    else this.#keepPlace(() => this.#insert(mark, side, [...fresh.children]));
    this.watch();
  }

  #insert(mark, side, fresh) {
    const added = fresh.filter(({ id }) => !id || !document.getElementById(id));
    const hasMet = added.length < fresh.length; // the piece reaches messages that are there: no gap any more
    const kept = hasMet ? added.filter(({ dataset }) => !dataset.more) : added;
    mark.replaceWith(...kept);
    for (const one of kept) globalThis.htmx?.process(one);
    if (side === "before") this.#letGoBelow();
    else this.#letGoAbove();
  }

  #letGoBelow() {
    const all = this.#messages;
    const gap = this.#marks("after")[0];
    let end = gap ? all.indexOf(gap.previousElementSibling) + 1 : all.length - TAIL;
    const least = end - (all.length - MOST);
    if (least >= end) return;
    while (end > least && isFree(all[end - 1])) all[--end].remove();
    if (!gap && all[end] !== all.at(-TAIL)) all.at(-TAIL).before(this.#mark("after", all[end - 1]));
  }

  #letGoAbove() {
    const all = this.#messages;
    let begin = 0;
    while (begin < all.length - MOST && isFree(all[begin])) all[begin++].remove();
    if (begin && !this.#marks("before").length) all[begin].before(this.#mark("before", all[begin]));
  }

  // Changes the list while the first message in sight stays where it is.
  #keepPlace(change) {
    const style = this.#scroller.style;
    style.setProperty("overflow-anchor", "none"); // or the browser would do the same a second time
    const anchor = this.firstInSight();
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.#scroller.scrollTop += anchor.getBoundingClientRect().top - before;
    style.removeProperty("overflow-anchor");
  }

  firstInSight() {
    const { top } = this.#scroller.getBoundingClientRect();
    return this.#messages.find((message) => message.getBoundingClientRect().bottom > top + 1) ?? null;
  }

  get #list() {
    return this.#thread.querySelector(".tc-messages");
  }

  get #messages() {
    return [...this.#list.querySelectorAll(":scope > message-view")];
  }

  #marks(side) {
    return [...this.#list.querySelectorAll(`:scope > [data-more${side ? `="${side}"` : ""}]`)];
  }

  #mark(side, neighbour) {
    const words = side === "before" ? gettext("Show earlier messages") : gettext("Show later messages");
    const href = `${this.#thread.address(this.#thread.conversation)}?at=${neighbour.dataset.message}`;
    return element("a", { class: "btn tc-more", "data-variant": "ghost", "data-size": "sm", "data-more": side, href }, words);
  }

  async #ask(what) {
    const address = `${this.#thread.address(this.#thread.conversation)}thread/?${what}`;
    const response = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    return response?.ok ? response.text() : null;
  }

  // A message of another branch: that branch is opened.
  async #openBranch(id) {
    const headers = { "HX-Request": "true", "X-CSRFToken": document.querySelector('meta[name="tc-page"]').dataset.csrf };
    const address = `${this.#thread.address(this.#thread.conversation)}branch/`;
    const response = await fetch(address, { method: "POST", headers, body: new URLSearchParams({ message: id }), credentials: "same-origin" }).catch(() => null);
    return response?.ok ?? false;
  }
}

// Takes the focus over to the same control of the same message in the list to come, or else to that message.
function keepFocus(list) {
  const control = list.contains(document.activeElement) ? document.activeElement : null;
  const message = control?.closest("message-view");
  return () => {
    const same = message && document.getElementById(message.id);
    same?.setAttribute("tabindex", "-1");
    (same?.querySelector(`[data-act="${CSS.escape(control.dataset.act ?? "")}"]`) ?? same)?.focus({ preventScroll: true });
  };
}

const isFree = (message) => !message.contains(document.activeElement);
