// The sidebar and the run settings: beside the page on wide screens, drawer and sheet on narrow ones. An open sheet holds
// the focus (everything else is inert), Escape and a press outside close it, and focus returns to where it came from. What
// does so is fetched with the first press (sheet.js).
import { toast } from "./dom.js";
import { gettext } from "./language.js";

export function watchSheets() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-sheet]");
    if (opener) toggleSheet(opener.dataset.sheet, opener);
    else if (event.target.closest("[data-close-sheet]")) toggleSheet("inspector");
    else if (event.target.closest("[data-toggle-sidebar]")) toggleSheet("sidebar");
  });
}

export function toggleSheet(name, opener = null) {
  return import("./sheet.js").then(
    ({ toggle }) => toggle(name, opener),
    () => toast(gettext("The server cannot be reached now."), "info"),
  );
}

export async function closeSheet() {
  (await import("./sheet.js")).closeSheet();
}
