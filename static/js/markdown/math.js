// Formulas: \(…\) and $…$ in a line, \[…\] and $$…$$ on their own. The parser only marks them; KaTeX draws them into the
// marked elements later (katex.render, which sets styles by CSSOM: its HTML strings would break the page's policy).
import { element, page, script } from "../dom.js";

const LONGEST = 4_000; // characters of one formula, and to look ahead for one
// Errors are thrown: KaTeX would write its own error text with a style attribute, which the policy refuses.
const OPTIONS = { throwOnError: true, trust: false, strict: "ignore", maxExpand: 200, maxSize: 20, output: "htmlAndMathml" };
const KEPT = 200;

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
const marked = ({ tex, display }) => `<span data-tex="${escaped(tex)}"${display ? ' data-display="1"' : ""}>${escaped(tex)}</span>`;

export const mathBlock = {
  name: "mathBlock",
  level: "block",
  start(source) {
    const at = source.slice(0, LONGEST).search(/\$\$|\\\[/);
    return at < 0 ? undefined : at;
  },
  tokenizer(source) {
    const found = delimited(source, "$$", "$$") ?? delimited(source, "\\[", "\\]");
    if (!found || !/^[ \t]*(?:\n|$)/.test(source.slice(found.raw.length))) return undefined;
    return { type: "mathBlock", ...found, display: true };
  },
  renderer: (token) => `<p>${marked(token)}</p>`,
};

export const mathInline = {
  name: "mathInline",
  level: "inline",
  start(source) {
    const at = source.slice(0, LONGEST).search(/\$|\\[([]/);
    return at < 0 ? undefined : at;
  },
  tokenizer(source) {
    const display = delimited(source, "$$", "$$") ?? delimited(source, "\\[", "\\]");
    if (display) return { type: "mathInline", ...display, display: true };
    const inline = delimited(source, "\\(", "\\)") ?? dollars(source);
    return inline && { type: "mathInline", ...inline, display: false };
  },
  renderer: marked,
};

function delimited(source, open, close) {
  if (!source.startsWith(open)) return undefined;
  const end = source.slice(0, LONGEST).indexOf(close, open.length);
  if (end < 0) return undefined;
  const tex = source.slice(open.length, end).trim();
  return tex && !tex.includes("\n\n") ? { raw: source.slice(0, end + close.length), tex } : undefined;
}

// $x$ is a formula, "$5 and $6" is money: no space just inside, and no digit after the end.
function dollars(source) {
  if (source[0] !== "$" || source[1] === "$" || source[1] === undefined || /\s/.test(source[1])) return undefined;
  const most = Math.min(source.length, LONGEST);
  for (let at = 1; at < most; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "\n" && source[at + 1] === "\n") return undefined;
    else if (source[at] === "$") {
      if (/\s/.test(source[at - 1]) || /[0-9]/.test(source[at + 1] ?? "")) return undefined;
      return { raw: source.slice(0, at + 1), tex: source.slice(1, at) };
    }
  }
  return undefined;
}

// Draws every marked formula below `root`: a few at once, so that a page of them never stops the reader.
export function drawMath(root) {
  for (const place of root.querySelectorAll("[data-tex]")) {
    place.className = "tc-math";
    place.textContent = place.dataset.tex;
    if (place.hasAttribute("data-display")) scrollers.observe(place);
    waiting.push(place);
  }
  if (waiting.length) work();
}

// When every formula that was marked so far is drawn, or stays as its source.
export const mathIsDrawn = () => (waiting.length ? new Promise((resolve) => listeners.push(resolve)) : Promise.resolve());

// A formula that is wider than its place scrolls: by the keyboard, too, and only then it is a stop on the reader's way.
const scrollers = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

const AT_ONCE = 10; // milliseconds
const FIRST = 40; // of the first ones: nobody reads yet, and what is drawn later moves what is being read
const waiting = [];
const listeners = [];
let isPlanned = false;
let isFirst = true;

const tell = () => listeners.splice(0).forEach((resolve) => resolve());

function work() {
  if (isPlanned) return;
  if (!globalThis.katex) {
    isPlanned = true;
    katexArrives().then(
      () => {
        isPlanned = false;
        work();
      },
      () => {
        waiting.splice(0); // without KaTeX the source stays readable
        tell();
      },
    );
    return;
  }
  const until = performance.now() + (isFirst ? FIRST : AT_ONCE);
  isFirst = false;
  while (waiting.length && performance.now() < until) {
    const place = waiting.shift();
    draw(place, place.dataset.tex, place.hasAttribute("data-display"));
  }
  if (!waiting.length) {
    tell();
    return;
  }
  isPlanned = true;
  setTimeout(() => {
    isPlanned = false;
    work();
  });
}

const drawn = new Map();

function draw(place, tex, display) {
  const name = `${display ? "d" : "i"}${tex}`;
  let ready = drawn.get(name);
  if (!ready) {
    ready = document.createElement("span");
    try {
      globalThis.katex.render(tex, ready, { ...OPTIONS, displayMode: display });
    } catch {
      return; // not a formula KaTeX can read: its source stays
    }
    drawn.set(name, ready);
    if (drawn.size > KEPT) drawn.delete(drawn.keys().next().value);
  }
  place.replaceChildren(...[...ready.childNodes].map((node) => node.cloneNode(true)));
}

let arriving = null;

function katexArrives() {
  if (!arriving) {
    document.head.append(element("link", { rel: "stylesheet", href: page("katexStyle") }));
    arriving = script(page("katex"));
  }
  return arriving;
}
