// Draws Markdown into an element, whole or while it grows. One renderer for streaming and history.
//
// The text is lexed at most once a frame; blocks whose source did not change stay as they are, only the tail is drawn anew.
// Above FREEZE characters settled blocks are not even lexed again. What limits.js refuses, and whatever takes too long on
// this machine, is shown as plain text: the page never freezes.
import { appendText, element } from "./dom.js";
import { arrives, isHere } from "./markdown/arrive.js";
import { clean } from "./markdown/clean.js";
import { codeBlock, finishCode, setCode } from "./markdown/code.js";
import { hasTags, html, lex } from "./markdown/lexer.js";
import { isTooLong, tooMuch } from "./markdown/limits.js";
import { decorateLinks } from "./markdown/links.js";
import { drawMath } from "./markdown/math.js";

const FREEZE = 20_000; // characters
const SLOW = 1_500; // milliseconds for one drawing of a text that still grows: from then on plain text

export class MarkdownView {
  #root;
  #blocks = [];
  #links = {}; // reference definitions in settled blocks
  #known = "{}"; // all definitions that the blocks were drawn with
  #frozen = 0; // characters that belong to settled blocks
  #settled = 0; // how many of #blocks those are
  #plain = false;
  #text = null;
  #live = null;
  #wanted = null; // what to draw when the renderer has arrived; until then the text is plain

  constructor(root) {
    this.#root = root;
  }

  // Shows `text`. live: more will come; a caret stands at the end and open fences stay uncoloured.
  update(text, { live = false } = {}) {
    const source = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
    if (!isHere()) {
      this.#wait(source, live);
      return;
    }
    if (source === this.#text && live === this.#live) return;
    this.#root.querySelector(".tc-caret")?.remove();
    if (this.#text !== null && !source.startsWith(this.#text)) this.#forget();
    this.#text = source;
    this.#live = live;
    if (!this.#plain && (isTooLong(source) || tooMuch(source.slice(this.#frozen)))) this.#goPlain();
    if (this.#plain) this.#drawPlain(source);
    else this.#draw(source, live);
    if (live) this.#placeCaret();
  }

  #wait(source, live) {
    this.#drawPlain(source);
    const isAsked = this.#wanted !== null;
    this.#wanted = { source, live };
    if (isAsked) return;
    arrives().then(
      () => {
        const wanted = this.#wanted;
        this.#wanted = null;
        this.#forget();
        this.update(wanted.source, { live: wanted.live });
      },
      () => {
        this.#wanted = null; // the text stays plain until the next piece
      },
    );
  }

  #draw(source, live) {
    const began = performance.now();
    let lexed = lex(source.slice(this.#frozen), this.#links);
    const known = JSON.stringify(lexed.links);
    if (known !== this.#known) {
      // A reference was defined after its use: what stands above may be a link now.
      this.#forget();
      this.#known = known;
      lexed = lex(source);
    }
    const tokens = joined(lexed);
    this.#reconcile(tokens, live);
    if (live && performance.now() - began > SLOW) {
      this.#goPlain();
      this.#drawPlain(source);
    } else if (source.length > FREEZE) this.#freeze(source, tokens.slice(0, -2));
  }

  #reconcile(tokens, live) {
    const together = live || this.#blocks.length ? [] : drawTogether(tokens);
    for (let at = 0; at < tokens.length; at += 1) {
      const token = tokens[at];
      const isOpen = live && at === tokens.length - 1 && !isClosedFence(token);
      const place = this.#settled + at;
      const former = this.#blocks[place];
      if (former && former.raw === token.raw && former.isOpen === isOpen) continue;
      if (former && token.type === "code" && former.language === languageOf(token)) {
        this.#blocks[place] = { ...former, raw: token.raw, isOpen };
        setCode(former.node.firstChild, token.text);
        if (!isOpen) finishCode(former.node.firstChild, { isWatched: true });
        continue;
      }
      const node = element("div", { class: "tc-block" }, together[at] ?? drawBlock(token, { isOpen, isWatched: live || Boolean(former) }));
      if (former) former.node.replaceWith(node);
      else this.#root.append(node);
      this.#blocks[place] = { raw: token.raw, isOpen, node, language: token.type === "code" ? languageOf(token) : undefined };
    }
    for (const extra of this.#blocks.splice(this.#settled + tokens.length)) extra.node.remove();
  }

  // Everything but the last two blocks is settled: a block that has a follower does not change any more.
  #freeze(source, tokens) {
    const raw = tokens.map((token) => token.raw).join("");
    if (!source.startsWith(raw, this.#frozen)) return; // the lexer changed the text it reports: nothing to cut at
    this.#frozen += raw.length;
    this.#settled += tokens.length;
    for (const { tag, href, title } of tokens.flatMap(({ definitions = [] }) => definitions)) this.#links[tag] ??= { href, title };
  }

  #goPlain() {
    this.#forget();
    this.#plain = true;
  }

  #drawPlain(source) {
    let block = this.#root.querySelector(".tc-plain");
    if (!block) {
      block = element("div", { class: "tc-plain" });
      this.#root.replaceChildren(block);
    }
    appendText(block, source);
  }

  #forget() {
    this.#root.replaceChildren();
    this.#blocks = [];
    this.#frozen = 0;
    this.#settled = 0;
    this.#links = {};
    this.#known = "{}";
    this.#plain = false;
  }

  #placeCaret() {
    let last = this.#root.lastElementChild;
    if (!last) return;
    while (last.lastElementChild && INSIDE.test(last.lastElementChild.tagName) && !textAfter(last.lastElementChild)) last = last.lastElementChild;
    last.append(element("span", { class: "tc-caret", "aria-hidden": "true" }));
  }
}

const INSIDE = /^(?:P|UL|OL|LI|BLOCKQUOTE|H[1-6]|FIGURE|PRE|CODE|DIV|TABLE|TBODY|TR|TD)$/;
const textAfter = (node) => Boolean(node.nextSibling?.data?.trim());

// Blank lines and reference definitions belong to the block before them, so that every character belongs to a block.
function joined(tokens) {
  const blocks = [];
  let before = "";
  for (const token of tokens) {
    if (token.type === "space" || token.type === "def") {
      const last = blocks.at(-1);
      if (last) last.raw += token.raw;
      else before += token.raw;
      if (last && token.type === "def") (last.definitions ??= []).push(token);
    } else {
      blocks.push(before ? { ...token, raw: before + token.raw } : token);
      before = "";
    }
  }
  return blocks;
}

const languageOf = (token) => (token.lang ?? "").trim().split(/\s+/)[0].slice(0, 40);

const isClosedFence = (token) => token.type === "code" && /\n {0,3}(?:`{3,}|~{3,})\s*$/.test(token.raw);

function drawBlock(token, { isOpen, isWatched }) {
  if (token.type === "code") {
    const figure = codeBlock(languageOf(token));
    setCode(figure, token.text);
    if (!isOpen) finishCode(figure, { isWatched });
    return figure;
  }
  return finished(clean(html(token)), { isOpen, isWatched });
}

// The blocks of a text that is whole, by their places, cleaned in one go: a go for each costs more than all that is drawn.
// None where they might not come apart again; they are drawn one by one then.
function drawTogether(tokens) {
  const places = [...tokens.keys()].filter((at) => tokens[at].type !== "code");
  if (places.length < 2 || hasTags(tokens)) return [];
  const drawn = finished(clean(places.map((at) => html(tokens[at])).join("")), { isOpen: false, isWatched: false });
  const blocks = [];
  for (const node of [...drawn.childNodes]) {
    if (node.nodeType === Node.ELEMENT_NODE) blocks.push(document.createDocumentFragment());
    blocks.at(-1)?.append(node); // the end of a line belongs to the block before it
  }
  return blocks.length === places.length ? Object.fromEntries(blocks.map((block, at) => [places[at], block])) : [];
}

function finished(drawn, { isOpen, isWatched }) {
  decorateLinks(drawn);
  drawMath(drawn);
  frameTables(drawn);
  frameCode(drawn, { isOpen, isWatched });
  return drawn;
}

function frameTables(root) {
  for (const table of root.querySelectorAll("table")) {
    const box = element("div", { class: "tc-table-scroll", tabindex: "0" });
    table.replaceWith(box);
    box.append(table);
  }
}

// Code inside lists and quotes.
function frameCode(root, { isOpen, isWatched }) {
  for (const pre of root.querySelectorAll("pre")) {
    const code = pre.querySelector("code");
    const figure = codeBlock((code?.className ?? "").replace(/^language-/, ""));
    setCode(figure, (code ?? pre).textContent.replace(/\n$/, ""));
    pre.replaceWith(figure);
    if (!isOpen) finishCode(figure, { isWatched });
  }
}
