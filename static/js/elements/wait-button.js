// <wait-button>: a button that a provider wants left alone for a while (Retry-After). It counts down and then opens.
import { announce } from "../dom.js";
import { fill, gettext, number } from "../language.js";

const TICK = 250; // milliseconds

export class WaitButton extends HTMLElement {
  #until = 0;
  #ticking = 0;
  #words = "";

  connectedCallback() {
    this.#words ||= this.#label.textContent;
    // By the clock on the wall: a computer that slept has waited too.
    this.#until ||= Date.now() + Number(this.dataset.seconds) * 1000;
    this.#ticking = setInterval(() => this.#tick(), TICK);
    this.#tick();
  }

  disconnectedCallback() {
    clearInterval(this.#ticking);
  }

  get #label() {
    return this.querySelector("[data-words]");
  }

  #tick() {
    const left = Math.ceil((this.#until - Date.now()) / 1000);
    const button = this.querySelector("button");
    if (left > 0) {
      button.disabled = true;
      this.#label.textContent = fill(gettext("Retry in %(seconds)s s"), { seconds: number(left) });
      return;
    }
    clearInterval(this.#ticking);
    button.disabled = false;
    this.#label.textContent = this.#words;
    announce(gettext("It can be tried again now."));
  }
}

customElements.define("wait-button", WaitButton);
