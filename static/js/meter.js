// The meter of a run that is still going on: what can be known before the provider reports. Estimates are marked "≈" and
// give way to the reported numbers with the finished message.
import { element } from "./dom.js";
import { nextTurn, tokens } from "./estimate.js";
import { amounts, number } from "./language.js";

const LOOK = 250; // milliseconds between two estimates of a growing text

export class LiveMeter {
  #root;
  #began;
  #firstAt = 0;
  #lookedAt = 0;

  // `began`: when it was asked. A run whose text had begun before the page came keeps its time to first token unknown.
  constructor(root, began, hadText) {
    this.#root = root;
    this.#began = began;
    if (hadText) this.#firstAt = -1;
  }

  update({ content, reasoning }) {
    if (!content && !reasoning) return;
    const now = performance.now();
    if (!this.#firstAt) {
      this.#firstAt = now;
      this.#write("ttft", `${number(Math.round(now - this.#began))} ms`);
    }
    if (now - this.#lookedAt < LOOK) return;
    this.#lookedAt = now;
    const thought = tokens(reasoning);
    const written = thought + tokens(content);
    this.#write("reasoning", thought ? about(thought) : "—");
    this.#write("completion", about(written));
    const lasted = this.#firstAt > 0 ? (now - this.#firstAt) / 1000 : 0;
    if (lasted > 0.5) this.#write("speed", about(Math.round(written / lasted)));
    this.#root.dispatchEvent(new CustomEvent("tc:written", { bubbles: true, detail: { thought, said: written - thought } }));
    const { prompt, inputPrice, outputPrice } = this.#root.dataset;
    this.#bar(Number(prompt ?? 0), thought, written);
    if (!prompt) return;
    this.#write("prompt", about(Number(prompt)));
    const cost = nextTurn({ prompt: Number(prompt), most: written, inputPrice, outputPrice });
    if (cost) this.#writeCost(cost.most);
  }

  #writeCost(amount) {
    const { sign, otherSign, otherRate, convertedFirst } = this.#root.dataset;
    const known = amounts({ sign, otherSign, otherRate: Number(otherRate || 0), convertedFirst: convertedFirst !== undefined }, amount);
    const [lead, rest] = known.map((words) => (words.startsWith("≈") ? words : `≈ ${words}`));
    this.#root.querySelector('[data-meter="cost"]').replaceChildren(element("b", {}, lead), rest ? ` ${rest}` : "");
  }

  #write(name, words) {
    const place = this.#root.querySelector(`[data-meter="${name}"]`);
    if (place) place.textContent = words;
  }

  #bar(prompt, thought, written) {
    const all = prompt + written;
    let x = 0;
    for (const [name, share] of [["prompt", prompt], ["reasoning", thought], ["completion", written - thought]]) {
      const width = (share / all) * 100;
      const rect = this.#root.querySelector(`[data-bar="${name}"]`);
      rect?.setAttribute("x", x.toFixed(2));
      rect?.setAttribute("width", width.toFixed(2));
      x += width;
    }
  }
}

const about = (count) => (count ? `≈ ${number(count)}` : "0");
