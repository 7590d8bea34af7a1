// The usage pages: charts that can be read bar by bar, the box of ranges, tables unfolded for print.
import "./elements/usage-chart.js";

document.addEventListener("change", ({ target }) => {
  const box = target.closest(".tc-range-box");
  if (box && target.type === "date") box.querySelector('[value="days"]').checked = true;
});

document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector(".tc-range[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

document.addEventListener("mousedown", ({ target }) => {
  const open = document.querySelector(".tc-range[open]");
  if (open && !open.contains(target)) open.open = false;
});

// The budget comes after the page, and every change of the filters brings other charts.
document.addEventListener("htmx:after:swap", () => document.querySelectorAll("usage-chart").forEach((chart) => chart.drawDaily()));

// Where the browser does not unfold by style (css/pages/usage.css); afterwards all is as it was.
const unfolded = new Set();
window.addEventListener("beforeprint", () => {
  for (const table of document.querySelectorAll(".tc-chart-table:not([open])")) {
    table.open = true;
    unfolded.add(table);
  }
});
window.addEventListener("afterprint", () => {
  for (const table of unfolded) table.open = false;
  unfolded.clear();
});
