// The files in a message that was sent, folded: their names and tokens, and the whole text when one is opened.
import { split } from "./attached.js";
import { element, icon } from "./dom.js";
import { tokens } from "./estimate.js";
import { fill, ngettext, short } from "./language.js";

// The plain source stays in the page, hidden: copying and editing take the message from there.
export function foldAttached(message, source = message.querySelector('[data-source="content"]')) {
  if (!source?.textContent.startsWith("```") || source.hidden) return;
  const { files, typed } = split(source.textContent);
  if (source.hasAttribute("data-files")) return fillIn(message, files);
  if (!files.length) return;
  source.hidden = true;
  source.after(...files.map(folded), ...(typed ? [element("div", { class: source.className }, typed)] : []));
}

// The server has folded them already: what is in them comes from the source when it is there.
function fillIn(message, files) {
  [...message.querySelectorAll(".tc-said-file")].forEach((one, place) => one.querySelector("pre") ?? one.append(content(files[place]?.text ?? "")));
}

function folded({ name, text }) {
  const size = tokens(text);
  const count = fill(ngettext("%(n)s token", "%(n)s tokens", size), { n: short(size) });
  const summary = element("summary", {}, icon("file-text", { small: true }), element("span", { class: "tc-cut" }, name), element("small", {}, count));
  return element("details", { class: "tc-said-file" }, summary, content(text));
}

const content = (text) => element("pre", { tabindex: "0" }, text);
