// A sheet at work: opened, closed, folded. sheets.js fetches this with the first press.
import { element } from "./dom.js";

const NARROW = { sidebar: "(max-width: 820px)", inspector: "(max-width: 1180px)" };

const SPOKEN = "#announcer, #toaster"; // a sheet does not silence what is said meanwhile

const LAYERS = "[popover], dialog"; // open above a sheet (the model picker), and must not be as dead as the page below it

let open = null;

for (const query of Object.values(NARROW)) matchMedia(query).addEventListener("change", closeSheet);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open || event.defaultPrevented || document.querySelector(":popover-open, dialog[open]")) return;
  event.preventDefault();
  closeSheet();
});

// Opens or closes it: as a sheet where the screen is narrow, else by folding its column (kept in this browser).
export function toggle(name, opener = null) {
  const panel = document.getElementById(name);
  if (!panel) return;
  if (!matchMedia(NARROW[name]).matches && panel.dataset.alwaysSheet === undefined) fold(name);
  else if (open?.panel === panel) closeSheet();
  else openSheet(panel, opener);
}

export function closeSheet() {
  if (!open) return;
  const { panel, opener, scrim, others } = open;
  open = null;
  delete panel.dataset.open;
  panel.removeAttribute("aria-modal");
  panel.removeAttribute("role");
  scrim.remove();
  for (const other of others) other.inert = false;
  opener?.setAttribute("aria-expanded", "false");
  opener?.focus();
}

function openSheet(panel, opener) {
  closeSheet();
  const scrim = element("div", { class: "tc-scrim" });
  scrim.addEventListener("click", closeSheet);
  const others = [...panel.parentElement.children, ...document.body.children].filter((other) => !other.contains(panel) && !other.matches(SPOKEN) && !other.matches(LAYERS));
  for (const other of others) other.inert = true;
  panel.before(scrim);
  panel.dataset.open = "";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-modal", "true");
  opener?.setAttribute("aria-expanded", "true");
  open = { panel, opener, scrim, others };
  panel.tabIndex = -1;
  panel.focus();
}

const FOLDED = { sidebar: "rail", inspector: "closed" };

function fold(name) {
  const root = document.documentElement;
  const isFolded = root.dataset[name] === FOLDED[name];
  if (isFolded) delete root.dataset[name];
  else root.dataset[name] = FOLDED[name];
  try {
    if (isFolded) localStorage.removeItem(`tc:${name}`);
    else localStorage.setItem(`tc:${name}`, FOLDED[name]);
  } catch {
    // Storage is switched off: folded until the next page.
  }
}
