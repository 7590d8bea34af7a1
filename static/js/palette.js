// The palette: one field over everything that can be done, chosen, opened or visited. Actions and pages come from this page
// (its shortcuts, its menus, its navigation), models, presets, templates and conversations from the server. Loaded when it is first opened.
import { element, icon, parse } from "./dom.js";
import { fill, gettext, ngettext, number } from "./language.js";
import { SHORTCUTS, caps, isOffered, run } from "./shortcuts.js";

const RECENT = "tc:palette"; // ids of what was run here, newest first
const KEPT = 40;
const SEARCH_AFTER = 120; // milliseconds after the last key
const RECENT_SHOWN = 5;
const MOST = { models: 6, presets: 5, templates: 5, conversations: 8 }; // rows of a group
const AT_FIRST = { actions: 6, models: 3, presets: 2, templates: 3, conversations: 5 };
const SEARCHED = ["templates", "conversations"]; // groups that the server searches // while nothing is typed

let palette = null;

export function openPalette(dialog) {
  palette ??= new Palette(dialog);
  palette.begin();
}

class Palette {
  #dialog;
  #field;
  #list;
  #rows = { actions: [], models: [], presets: [], templates: [], conversations: [], pages: [] };
  #newest = { templates: [], conversations: [] }; // what stands there while nothing is typed
  #searched = ""; // the words that the searched groups were found with
  #active = null;
  #isChosen = false; // the reader went to the active row; what the server still finds must not take it away
  #opening = null; // the question for what is there without words: no other one takes its place
  #asking = null;
  #timer = 0;
  #isAway = false; // the server could not be asked

  constructor(dialog) {
    this.#dialog = dialog;
    this.#field = dialog.querySelector("input");
    this.#list = dialog.querySelector('[role="listbox"]');
    this.#field.addEventListener("input", (event) => this.#typed(event));
    this.#field.addEventListener("compositionend", (event) => this.#typed(event));
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#list.addEventListener("mousemove", ({ target }) => this.#activate(target.closest('[role="option"]') ?? this.#active));
    this.#list.addEventListener("click", (event) => this.#chosen(event));
    this.#dialog.addEventListener("close", () => this.#ended());
  }

  // The dialog is open already; what was typed while this module was on its way stands in the field.
  begin() {
    this.#rows = { ...this.#rows, ...this.#newest, actions: actions(), pages: pages() };
    this.#searched = "";
    this.#draw();
    this.#ask("").then(() => this.#search());
    this.#search();
  }

  #ended() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#opening?.abort();
    this.#field.value = "";
  }

  get #words() {
    return folded(this.#field.value).split(/\s+/).filter(Boolean);
  }

  #typed(event) {
    this.#isChosen = false;
    this.#draw();
    clearTimeout(this.#timer);
    if (!event.isComposing) this.#timer = setTimeout(() => this.#search(), SEARCH_AFTER);
  }

  // ── what the server knows ──
  #search() {
    const query = this.#words.join(" ");
    if (query === this.#searched || !this.#dialog.open) return;
    if (query) this.#ask(query);
    else {
      this.#asking?.abort();
      this.#searched = "";
      this.#rows = { ...this.#rows, ...this.#newest };
      this.#draw();
    }
  }

  // Without words the models and what is newest, with words the templates and conversations that have them.
  async #ask(query) {
    const asking = new AbortController();
    if (query) {
      this.#asking?.abort();
      this.#asking = asking;
    } else this.#opening = asking;
    try {
      const address = query ? `${this.#dialog.dataset.address}?q=${encodeURIComponent(query)}` : this.#dialog.dataset.address;
      const response = await fetch(address, { headers: { "HX-Request": "true" }, signal: asking.signal });
      if (!response.ok || response.redirected) throw new Error(`palette: ${response.status}`);
      const found = parse(await response.text());
      const rows = (group) => [...found.querySelectorAll(`[data-group="${group}"]`)].map(rowOf);
      if (!query) {
        for (const group of ["models", "presets"]) this.#rows[group] = rows(group);
        this.#newest = Object.fromEntries(SEARCHED.map((group) => [group, rows(group)]));
      }
      if (query || !this.#words.length) {
        this.#searched = query;
        for (const group of SEARCHED) this.#rows[group] = rows(group);
      }
      this.#isAway = false;
    } catch {
      if (asking.signal.aborted) return;
      this.#isAway = true;
    }
    this.#draw();
  }

  // ── the list ──
  #draw() {
    const words = this.#words;
    const recent = recentlyRun();
    const groups = words.length ? this.#found(words, recent) : this.#untouched(recent);
    const former = this.#active?.id;
    this.#active = null;
    this.#list.replaceChildren(...groups.filter(({ rows }) => rows.length).map(groupOf));
    const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
    this.#say(count);
    const rows = this.#options();
    this.#activate(rows.find(({ id }) => id === former && (this.#isChosen || !words.length)) ?? rows[0] ?? null, true);
  }

  #found(words, recent) {
    return titles().map(([name, title]) => {
      const isSearched = SEARCHED.includes(name) && this.#searched !== "";
      const rows = this.#rows[name].filter((row) => isSearched || words.every((word) => row.find.includes(word)));
      const ranked = rows.map((row, at) => ({ row, at, used: recent.get(row.id) ?? Infinity, rank: rankOf(row, words) }));
      ranked.sort((a, b) => compare(a.used, b.used) || a.rank - b.rank || a.at - b.at);
      return { name, title, rows: ranked.slice(0, MOST[name]).map(({ row }) => row) };
    });
  }

  #untouched(recent) {
    const all = titles().flatMap(([name]) => this.#rows[name]);
    const used = all.filter(({ id }) => recent.has(id)).sort((a, b) => recent.get(a.id) - recent.get(b.id)).slice(0, RECENT_SHOWN);
    const rest = titles().map(([name, title]) => ({ name, title, rows: this.#rows[name].filter((row) => !used.includes(row)).slice(0, AT_FIRST[name]) }));
    return [{ name: "recent", title: gettext("Recently used"), rows: used }, ...rest];
  }

  #say(count) {
    this.#dialog.querySelector("[data-palette-count]").textContent = fill(ngettext("%(n)s result", "%(n)s results", count), { n: number(count) });
    const nothing = this.#dialog.querySelector("[data-palette-nothing]");
    nothing.hidden = count > 0;
    nothing.textContent = fill(gettext("Nothing has “%(words)s” in it."), { words: this.#field.value.trim() });
    const away = this.#dialog.querySelector("[data-palette-away]");
    away.hidden = !this.#isAway;
    if (this.#isAway) away.textContent = gettext("Models, templates and conversations are missing: the server cannot be reached now.");
  }

  #options() {
    return [...this.#list.querySelectorAll('[role="option"]')];
  }

  #activate(row, isScrolled = false) {
    if (row !== this.#active) {
      this.#active?.setAttribute("aria-selected", "false");
      row?.setAttribute("aria-selected", "true");
      this.#active = row;
    }
    this.#field.setAttribute("aria-expanded", String(row !== null));
    if (row) this.#field.setAttribute("aria-activedescendant", row.id);
    else this.#field.removeAttribute("aria-activedescendant");
    if (row && isScrolled) (row === this.#options()[0] ? this.#list.firstElementChild : row).scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const rows = this.#options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length) {
      this.#isChosen = true;
      this.#activate(rows[(rows.indexOf(this.#active) + step + rows.length) % rows.length], true);
    } else if (event.key === "Enter") this.#active?.click();
    else return;
    event.preventDefault();
  }

  // A row is a link, a model to switch to, or something that this page does.
  #chosen(event) {
    const row = event.target.closest('[role="option"]');
    if (!row) return;
    remember(row.dataset.id);
    if (event.metaKey || event.ctrlKey) return; // a link in another tab; the palette stays
    const { offer, preset } = row.dataset;
    const ask = (type, detail) => !document.dispatchEvent(new CustomEvent(type, { detail, cancelable: true }));
    const isHere = (offer && ask("tc:choose-model", { offer, address: row.href })) || (preset && ask("tc:use-preset", { preset }));
    if (isHere) event.preventDefault();
    this.#dialog.close(); // gives the focus back before the action may take it
    const act = [...this.#rows.actions, ...this.#rows.pages].find(({ id }) => id === row.dataset.id)?.act;
    act?.();
  }
}

const titles = () => [
  ["actions", gettext("Actions")],
  ["models", gettext("Models")],
  ["presets", gettext("Presets")],
  ["templates", gettext("Templates")],
  ["conversations", gettext("Conversations")],
  ["pages", gettext("Pages")],
];

const folded = (text) => text.normalize("NFKC").toLowerCase();
const compare = (a, b) => (a === b ? 0 : a - b);

// 0: the title begins with the first word; 1: a word of it does; 2: somewhere.
function rankOf({ title }, [word]) {
  const text = folded(title);
  if (text.startsWith(word)) return 0;
  return text.includes(` ${word}`) ? 1 : 2;
}

// ── rows ──
function groupOf({ name, title, rows }) {
  const heading = element("p", { class: "tc-palette-group", id: `palette-${name}` }, title);
  return element("div", { role: "group", "aria-labelledby": heading.id }, heading, ...rows.map(({ node }) => node));
}

function rowOf(node) {
  node.setAttribute("aria-selected", "false");
  return { id: node.dataset.id, node, title: node.querySelector("b").textContent, find: folded(node.textContent) };
}

function made({ id, sign, title, note = "", keys = [], href = null, act = null }) {
  const hint = keys.length ? element("span", { class: "tc-palette-keys", "aria-hidden": "true" }, ...caps(keys).map((cap) => element("kbd", { class: "kbd" }, cap))) : null;
  const node = element(href ? "a" : "div", { class: "tc-palette-row", role: "option", id: `palette-row-${id.replace(/[^\w-]/g, "_")}`, tabindex: "-1", "data-id": id, href }, sign, element("b", {}, title), note && element("small", {}, note), hint);
  return { ...rowOf(node), act };
}

function actions() {
  const shortcuts = SHORTCUTS.filter((one) => one.icon && isOffered(one.id)).map(({ id, keys, icon: name, words }) => made({ id: `shortcut:${id}`, sign: icon(name), title: words(), keys, act: () => run(id) }));
  return [...shortcuts, ...menus(':is(button[role="menuitem"], [role="menuitemradio"])').map(({ item, title, note }) => made({ id: `menu:${item.id}`, sign: signOf(item), title, note, act: () => item.click() }))];
}

function pages() {
  const links = [...document.querySelectorAll(".tc-nav a")].map((item) => ({ item, title: item.querySelector(".tc-nav-word").textContent.trim() }));
  return [...links, ...menus('a[role="menuitem"]')].map(({ item, title }) => made({ id: `page:${item.getAttribute("href")}`, sign: signOf(item), title, href: item.getAttribute("href") }));
}

// What the menus of the header and of the sidebar's foot hold. A choice is named with its menu: "Theme: Dark".
function menus(selector) {
  return [...document.querySelectorAll(`:is(.tc-bar, .tc-account) .dropdown-menu ${selector}`)]
    .filter((item) => !item.closest("[hidden]") && item.getAttribute("aria-disabled") !== "true" && !item.disabled)
    .map((item) => {
      const words = wordsOf(item);
      const menu = item.closest(".dropdown-menu").querySelector("[aria-haspopup]");
      const name = menu.getAttribute("aria-label") ?? "";
      const isChoice = item.getAttribute("role") === "menuitemradio";
      return { item, note: isChoice ? "" : name, title: isChoice ? fill(gettext("%(menu)s: %(choice)s"), { menu: name, choice: words }) : words };
    });
}

// A menu that has words for two cases says in data-pinned and data-archived which fit.
function wordsOf(item) {
  const { pinned, archived } = item.parentElement.dataset;
  const unfit = [pinned === "true" ? "unpinned" : "pinned", archived === "true" ? "listed" : "archived"];
  const cases = [...item.querySelectorAll("[data-when]")].filter(({ dataset }) => !unfit.includes(dataset.when));
  return (cases[0] ?? item).textContent.trim();
}

function signOf(item) {
  const own = [...item.querySelectorAll("svg")].find((svg) => !svg.closest("[data-indicator]"));
  return (own ?? item.closest(".dropdown-menu").querySelector("svg")).cloneNode(true);
}

// ── what was run before ──
function recentlyRun() {
  try {
    return new Map(JSON.parse(localStorage.getItem(RECENT) ?? "[]").map((id, at) => [id, at]));
  } catch {
    return new Map();
  }
}

function remember(id) {
  try {
    localStorage.setItem(RECENT, JSON.stringify([id, ...recentlyRun().keys()].filter((one, at, all) => all.indexOf(one) === at).slice(0, KEPT)));
  } catch {
    // Storage is switched off: the order stays as it is.
  }
}
