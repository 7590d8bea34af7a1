// The one place where markup that came from a model becomes elements. The sanitiser is the last step before the document:
// what it returns is used as it is, never turned into a string again.

const TAGS = [
  "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "table", "thead", "tbody",
  "tr", "th", "td", "a", "strong", "b", "em", "i", "del", "s", "ins", "u", "sub", "sup", "kbd", "mark", "samp", "var", "small", "q",
  "span", "dl", "dt", "dd", "details", "summary",
];
const OPTIONS = {
  RETURN_DOM_FRAGMENT: true,
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: ["href", "title", "align", "start", "class", "data-tex", "data-display", "data-image"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  FORBID_ATTR: ["style"],
  FORBID_TAGS: ["style", "form", "input", "button", "img", "svg", "math"],
  // The pattern for addresses is not for these: DOMPurify would hold every value against it.
  ADD_URI_SAFE_ATTR: ["align", "start", "class", "data-tex", "data-display", "data-image"],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
};
const LANGUAGE = /^language-[\w+#.-]{1,40}$/;

let purifier = null;

function sanitiser() {
  if (!purifier) {
    purifier = globalThis.DOMPurify(globalThis);
    // The only class that Markdown brings is the language of a code block; any other would borrow our own styles.
    purifier.addHook("uponSanitizeAttribute", (node, data) => {
      if (data.attrName === "class" && !(node.nodeName === "CODE" && LANGUAGE.test(data.attrValue))) data.keepAttr = false;
    });
  }
  return purifier;
}

export function clean(html) {
  return sanitiser().sanitize(html, OPTIONS) ?? document.createDocumentFragment(); // null: nothing was left to show
}

// One object: what is asked the same way again need not be read again.
const SPANS = { RETURN_DOM_FRAGMENT: true, ALLOWED_TAGS: ["span"], ALLOWED_ATTR: ["class"], ADD_URI_SAFE_ATTR: ["class"], ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false };

// The coloured words of a code block: spans with classes, nothing else.
export function cleanSpans(html) {
  return globalThis.DOMPurify.sanitize(html, SPANS);
}
