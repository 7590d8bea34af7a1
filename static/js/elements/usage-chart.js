// <usage-chart>: tells what a bar stands for, by pointer and by arrow keys. The numbers are those of the table below it.
import { element } from "../dom.js";

const STEP = 10; // units of the drawing that a bar has (web/chart.py)
const KEYS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

export class UsageChart extends HTMLElement {
  #on = -1; // the bar that is told about

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
    this.#on = place;
    const tip = this.querySelector("[data-tip]");
    const hit = this.querySelector("[data-hit]");
    tip.hidden = place < 0;
    hit.toggleAttribute("hidden", place < 0);
    if (place < 0) return;
    hit.setAttribute("x", place * STEP);
    tip.replaceChildren(...this.#words(place));
    this.#put(tip, (place + 0.5) / this.#rows.length);
  }

  // Title, the series that have a part in the bar, their total.
  #words(place) {
    const heads = [...this.querySelectorAll("thead th")].map((head) => head.textContent);
    const [title, ...cells] = [...this.#rows[place].cells];
    const total = cells.pop();
    const parts = cells.flatMap((cell, series) => {
      if (!cell.textContent) return [];
      const mark = element("i", { class: `tc-c${series + 1}`, "aria-hidden": "true" });
      return [line([mark, heads[series + 1]], cell.textContent)];
    });
    const unpriced = total.querySelector("small")?.textContent ?? "";
    const sum = line([heads.at(-1)], total.firstChild.textContent);
    sum.className = "tc-tip-total";
    return [element("strong", {}, title.textContent), ...parts.reverse(), sum, ...(unpriced ? [line([unpriced], "")] : [])];
  }

  // Beside the bar, on the side with more room, and within the plot.
  #put(tip, middle) {
    const width = this.#plot.clientWidth;
    const left = middle < 0.5 ? middle * width + 16 : middle * width - tip.offsetWidth - 16;
    tip.style.setProperty("left", `${Math.max(0, Math.min(left, width - tip.offsetWidth))}px`);
  }
}

function line(words, value) {
  return element("p", {}, element("span", {}, ...words), element("span", {}, value));
}

customElements.define("usage-chart", UsageChart);
