// J and K walk through the list of the page: the conversations, or the rows of the table that the page is about.
import { provide } from "./shortcuts.js";

const ROWS = "#conversation-list a[href]";
const TABLE = "main :is(tbody th, [data-row]) a[href]";

export function walkLists() {
  provide("down", () => step(1), () => rows().length > 0);
  provide("up", () => step(-1), () => rows().length > 0);
}

// The list that holds the focus, else the page's own, else the conversations. One link per row.
function rows() {
  const lists = [TABLE, ROWS].map((selector) => shown(document.querySelectorAll(selector)));
  return lists.find((list) => list.includes(document.activeElement)) ?? lists.find((list) => list.length) ?? [];
}

function shown(links) {
  const seen = new Set();
  return [...links].filter((link) => {
    const row = link.closest("tr, [data-row]") ?? link;
    if (seen.has(row) || !link.checkVisibility({ visibilityProperty: true })) return false;
    seen.add(row);
    return true;
  });
}

function step(by) {
  const list = rows();
  const at = list.indexOf(document.activeElement);
  const current = list.findIndex((link) => link.hasAttribute("aria-current"));
  const next = at >= 0 ? at + by : current >= 0 ? current + by : by > 0 ? 0 : list.length - 1;
  const link = list[Math.max(0, Math.min(list.length - 1, next))];
  link.focus({ focusVisible: true });
  link.scrollIntoView({ block: "nearest" });
}
