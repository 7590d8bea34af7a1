// <usage-chart>: tells what a bar stands for, by pointer and by arrow keys. The numbers are those of the table below it.
//
// The plot is a slider over the bars, with 0 for all of them: of what the ARIA practices have, it is the one element that a
// screen reader hands its arrow keys, Home and End to by itself, and whose value it speaks at every change, in the words of
// aria-valuetext. A group or image gets no keys while somebody reads, a live region that appears with its words is often
// not heard, and a listbox would need an option for each of up to a hundred bars. So the box with the words is for eyes only.
import { element } from "../dom.js";

const STEP = 10; // units of the drawing that a bar has (web/chart.py)
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -Infinity, End: Infinity };

export class UsageChart extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointermove", (event) => this.#pointed(event));
    this.addEventListener("pointerleave", () => this.#show(-1));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("focusout", () => this.#show(-1));
    this.addEventListener("click", (event) => this.#pointed(event));
    this.drawDaily();
  }

  // What a budget comes to a day, where the chart measures the same (web/budget_panel.py) and is high enough for it.
  drawDaily() {
    const line = this.querySelector("[data-daily-line]");
    if (!line) return;
    const { daily, dailyWords, dailyCharts = "" } = document.getElementById("usage-budget")?.dataset ?? {};
    const share = 1 - daily / this.dataset.top;
    line.hidden = !dailyCharts.split(" ").includes(this.dataset.daily) || share < 0;
    if (line.hidden) return;
    line.textContent = dailyWords;
    line.style.setProperty("inset-block-start", `${share * 100}%`);
  }

  get #plot() {
    return this.querySelector("[data-plot]");
  }

  // The bar that is told about, -1: none. Kept where everybody sees it, so that another chart in its place begins anew.
  get #on() {
    return Number(this.#plot.getAttribute("aria-valuenow")) - 1;
  }

  get #rows() {
    return this.querySelectorAll("tbody tr");
  }

  #pointed({ target, clientX }) {
    if (!this.#plot.contains(target)) {
      this.#show(-1);
      return;
    }
    const box = this.#plot.getBoundingClientRect();
    const share = (clientX - box.left) / box.width;
    this.#show(Math.min(this.#rows.length - 1, Math.max(0, Math.floor(share * this.#rows.length))));
  }

  #key(event) {
    if (event.target !== this.#plot) return;
    if (event.key === "Escape" && this.#on >= 0) {
      event.stopPropagation();
      this.#show(-1);
    } else if (event.key === "Enter" && this.#on >= 0) this.#rows[this.#on].querySelector("a").click();
    else if (event.key in KEYS) {
      event.preventDefault();
      const last = this.#rows.length - 1;
      const from = this.#on < 0 && KEYS[event.key] === -1 ? last + 1 : this.#on;
      this.#show(Math.min(last, Math.max(0, from + KEYS[event.key])));
    }
  }

  #show(place) {
    if (place === this.#on) return;
    const bar = place < 0 ? null : this.#read(place);
    this.#plot.setAttribute("aria-valuenow", place + 1);
    this.#plot.setAttribute("aria-valuetext", bar ? spoken(bar) : this.#plot.dataset.whole);
    const tip = this.querySelector("[data-tip]");
    const hit = this.querySelector("[data-hit]");
    tip.hidden = !bar;
    hit.toggleAttribute("hidden", !bar);
    if (!bar) return;
    hit.setAttribute("x", place * STEP);
    tip.replaceChildren(...shown(bar));
    this.#put(tip, (place + 0.5) / this.#rows.length);
  }

  // Its title, the series that have a part in it, their total and what has no price beside it.
  #read(place) {
    const heads = [...this.querySelectorAll("thead th")].map((head) => head.textContent);
    const [title, ...cells] = [...this.#rows[place].cells];
    const total = cells.pop();
    return {
      title: title.textContent,
      parts: cells.flatMap((cell, at) => (cell.textContent ? [{ series: at + 1, word: heads[at + 1], value: cell.textContent }] : [])),
      total: { word: heads.at(-1), value: total.firstChild.textContent },
      unpriced: total.querySelector("small")?.textContent ?? "",
    };
  }

  // Beside the bar, on the side with more room, and within the plot.
  #put(tip, middle) {
    const width = this.#plot.clientWidth;
    const left = middle < 0.5 ? middle * width + 16 : middle * width - tip.offsetWidth - 16;
    tip.style.setProperty("left", `${Math.max(0, Math.min(left, width - tip.offsetWidth))}px`);
  }
}

// What matters first: where, how much, then of what.
function spoken({ title, parts, total, unpriced }) {
  const sum = [total.word, total.value, unpriced].filter(Boolean).join(" ");
  return [title, sum, ...parts.map(({ word, value }) => `${word} ${value}`)].join(", ");
}

// In the order in which the parts are stacked.
function shown({ title, parts, total, unpriced }) {
  const lines = parts.map(({ series, word, value }) => line([element("i", { class: `tc-c${series}` }), word], value));
  const sum = line([total.word], total.value);
  sum.className = "tc-tip-total";
  return [element("strong", {}, title), ...lines.reverse(), sum, ...(unpriced ? [line([unpriced], "")] : [])];
}

function line(words, value) {
  return element("p", {}, element("span", {}, ...words), element("span", {}, value));
}

customElements.define("usage-chart", UsageChart);
