// Code blocks: language, copy button, folding of long ones, colours when the fence has closed.
import { element, icon, page, script } from "../dom.js";
import { fill, gettext, ngettext, number } from "../language.js";
import { cleanSpans } from "./clean.js";

const FOLD_ABOVE = 40; // lines
const COLOUR_BELOW = 60_000; // characters

// A block for `text`. Its <code> is the only part that changes while the fence is open.
export function codeBlock(language) {
  const code = element("code");
  const copy = element("button", { type: "button", class: "btn", "data-variant": "ghost", "data-size": "sm", "data-copy-code": true }, icon("copy", { small: true }), element("span", {}, gettext("Copy")));
  const head = element("div", { class: "tc-code-head" }, element("span", {}, language || gettext("text")), copy);
  const figure = element("figure", { class: "tc-code" }, head, element("pre", { tabindex: "0" }, code));
  figure.dataset.language = language;
  return figure;
}

export function setCode(figure, text) {
  const code = figure.querySelector("code");
  const shown = code.firstChild;
  if (shown?.nodeType === Node.TEXT_NODE && code.childNodes.length === 1 && text.startsWith(shown.data)) {
    if (text.length > shown.data.length) shown.appendData(text.slice(shown.data.length));
  } else code.textContent = text;
}

// The fence has closed: fold and colour. isWatched: a reader may have its lines before their eyes, so it folds later.
export function finishCode(figure, { isWatched = false } = {}) {
  const code = figure.querySelector("code");
  const text = code.textContent;
  const lines = text.split("\n").length;
  if (lines > FOLD_ABOVE && !figure.querySelector("[data-unfold]")) {
    if (isWatched) foldOutOfSight(figure, lines);
    else fold(figure, lines);
  }
  const language = figure.dataset.language.toLowerCase();
  if (language && text.length < COLOUR_BELOW) colour(code, text, language);
}

function fold(figure, lines) {
  figure.dataset.folded = "";
  const words = fill(ngettext("Show %(n)s line", "Show all %(n)s lines", lines), { n: number(lines) });
  figure.append(element("button", { type: "button", class: "tc-code-more", "data-unfold": true }, words));
}

// Folds when the block has left the view, and nothing in view moves.
function foldOutOfSight(figure, lines) {
  const watcher = new IntersectionObserver((seen) => {
    if (seen.at(-1).isIntersecting || !figure.isConnected || figure.contains(document.activeElement)) return;
    watcher.disconnect();
    const scroller = figure.closest(".tc-thread");
    const { bottom } = figure.getBoundingClientRect();
    const isAbove = scroller && bottom <= scroller.getBoundingClientRect().top;
    scroller?.style.setProperty("overflow-anchor", "none"); // or the browser would do the same a second time
    fold(figure, lines);
    // By how far it moved, not by what it lost: at the end the browser has moved the view already.
    if (isAbove) scroller.scrollTop += figure.getBoundingClientRect().bottom - bottom;
    scroller?.style.removeProperty("overflow-anchor");
  });
  watcher.observe(figure);
}

function colour(code, text, language) {
  highlighter().then(
    (hljs) => {
      if (!hljs.getLanguage(language) || code.textContent !== text) return;
      code.replaceChildren(cleanSpans(hljs.highlight(text, { language, ignoreIllegals: true }).value));
    },
    () => {}, // without colours it is still code
  );
}

let arriving = null;

function highlighter() {
  if (globalThis.hljs) return Promise.resolve(globalThis.hljs);
  arriving ??= script(page("highlight")).then(() => globalThis.hljs);
  return arriving;
}
