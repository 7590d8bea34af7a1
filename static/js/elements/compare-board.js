// <compare-board>: columns that are asked the same. Each holds a <thread-view> of its own; here is what goes across them:
// who is asked, what runs, scrolling together, and the heads and feet that the server draws anew when an answer has ended.
import { parse } from "../dom.js";
import { together } from "../scroll-together.js";

const SETTLE = 80; // milliseconds: answers that end together are one look at the server

export class CompareBoard extends HTMLElement {
  #waiting = 0;

  connectedCallback() {
    together(this, ".tc-thread", () => this.isSynced);
    this.addEventListener("tc:settled", () => this.refresh());
    for (const { thread } of this.columns) thread.addEventListener("tc:thread", () => this.changed());
  }

  get comparison() {
    return this.dataset.comparison;
  }

  get isSynced() {
    return this.dataset.synced !== undefined;
  }

  set isSynced(value) {
    this.toggleAttribute("data-synced", value);
  }

  get columns() {
    return [...this.querySelectorAll(".tc-column")].map((element) => new Column(element));
  }

  column(id) {
    return this.columns.find((column) => column.id === id) ?? null;
  }

  columnOf(element) {
    const found = element.closest(".tc-column");
    return found && new Column(found);
  }

  // The generations that are written now.
  get running() {
    return this.columns.map(({ thread }) => thread.running).filter(Boolean);
  }

  // Takes in what became of a question, column by column, each a task of its own. Resolves with the refusal when no column
  // was asked.
  async take(ack) {
    for (const one of ack.columns) {
      this.column(one.column)?.take(one);
      await new Promise((resolve) => setTimeout(resolve));
    }
    this.changed();
    return ack.columns.every(({ code }) => code) ? ack.columns[0] : null;
  }

  // Something runs now, or ended: the page shows it and the server is asked what it came to.
  changed() {
    this.showState();
    this.refresh();
  }

  showState() {
    for (const column of this.columns) column.showState();
    this.dispatchEvent(new Event("tc:board"));
  }

  refresh() {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#fetch(), SETTLE);
  }

  async #fetch() {
    const answer = await fetch(`${this.dataset.address}parts/`, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return; // what is shown stays; the next end asks again
    const parts = parse(await answer.text()).firstElementChild;
    if (this.#isOther(parts)) {
      location.reload();
      return;
    }
    for (const part of parts.querySelectorAll(":scope > [id]")) put(part);
    this.showState();
    this.dispatchEvent(new CustomEvent("tc:parts", { detail: parts.dataset }));
  }

  // Whether columns came, went or changed places elsewhere, or names were hidden.
  #isOther(parts) {
    const ids = (root) => [...root.querySelectorAll("[data-head]")].map(({ id, dataset }) => id + dataset.blind).join(" ");
    return ids(parts) !== ids(this);
  }
}

class Column {
  constructor(element) {
    this.element = element;
  }

  get id() {
    return this.element.dataset.column;
  }

  get conversation() {
    return this.element.dataset.conversation;
  }

  get thread() {
    return this.element.querySelector("thread-view");
  }

  get head() {
    return this.element.querySelector("[data-head]");
  }

  // The next question that only the others were asked; null: it is level with them.
  get missing() {
    return this.element.querySelector("[data-catch-up]")?.dataset.question ?? null;
  }

  get answer() {
    return [...this.element.querySelectorAll('message-view[data-role="assistant"]')].at(-1) ?? null;
  }

  // The answer at the end of its branch, as the server knew it last; "" before the first one.
  get newest() {
    return this.element.querySelector("[data-foot]").dataset.answer;
  }

  take(outcome) {
    this.element.querySelector("[data-refusal]").textContent = outcome.message ?? "";
    if (!outcome.code) this.thread.take(outcome);
  }

  showState() {
    const stop = this.head.querySelector("[data-stop-column]"); // whoever reads another person's has none
    if (stop) stop.hidden = this.thread.running === null;
    this.element.toggleAttribute("data-behind", this.element.querySelector("[data-foot]").hasAttribute("data-behind"));
  }
}

// A part that was drawn anew takes its place; the focus stays on the control that it was on.
function put(fresh) {
  const former = document.getElementById(fresh.id);
  if (!former) return;
  const at = controls(former).indexOf(document.activeElement);
  former.replaceWith(fresh);
  globalThis.htmx?.process(fresh);
  if (at >= 0) controls(fresh)[at]?.focus({ preventScroll: true });
}

const controls = (root) => [...root.querySelectorAll("button, [tabindex]")];

customElements.define("compare-board", CompareBoard);
