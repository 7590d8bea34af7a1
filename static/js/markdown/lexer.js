// Markdown to blocks: marked with our rules. GFM; raw HTML passes through here and is cleaned in clean.js.
import { mathBlock, mathInline } from "./math.js";
import { strong } from "./strong.js";

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

const renderer = {
  image: ({ href, text }) => `<a href="${escaped(href)}" data-image="1">${escaped(text || "")}</a>`,
  checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
};

let instance = null;

function parser() {
  instance ??= new globalThis.marked.Marked({ gfm: true, breaks: false, extensions: [mathBlock, mathInline, strong], renderer });
  return instance;
}

// The blocks of `text`, and as `.links` the reference definitions: those of `links`, which stand before it, and its own.
export function lex(text, links = {}) {
  const { defaults } = parser();
  const lexer = new globalThis.marked.Lexer(defaults);
  Object.assign(lexer.tokens.links, links);
  return lexer.lex(text);
}

export function html(token) {
  return parser().parser([token]);
}

// Whether a text brings tags of its own, which need not end where a block does.
export function hasTags(tokens) {
  let found = false;
  parser().walkTokens(tokens, ({ type }) => {
    found ||= type === "html";
  });
  return found;
}
