// What is too much to draw as Markdown. Pure, one linear pass: it runs before any parser sees the text, because a parser
// that meets a bomb cannot be interrupted. What is refused is shown whole, as plain text.

const MOST_TEXT = 200_000; // characters
const MOST_NESTED = 24; // quotes and lists inside each other
const MOST_INDENTED = 96; // spaces before a list item or quote
const MOST_COLUMNS = 120;
const MOST_CELLS = 12_000; // in one run of table rows
const MOST_MARKS = 1_500; // characters with a meaning in one paragraph
const MOST_MARKS_IN_INDENTED_CODE = 8_000; // such a fence may be none: then they would count
const MOST_PARAGRAPH = 24_000; // characters
const MOST_BLOCKS = 5_000; // parts between blank lines
const MOST_LINES = 12_000; // outside of code
const MOST_FORMULAS = 2_000; // signs that may begin or end one

const MARKS = /[*_[\]<>~`$\\!&]/g;
const FORMULA = /\$|\\[([]/g;
const FENCE = /^([ \t]*)(?:(`{3,})[^`]*|(~{3,}).*)$/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/;

export function isTooLong(text) {
  return text.length > MOST_TEXT;
}

// Returns "" or the word for what is too much: "nesting", "table", "paragraph", "blocks", "formulas".
export function tooMuch(text) {
  let fence = "";
  let isIndented = false;
  let indentedMarks = 0;
  let formulas = 0;
  let lines = 0;
  let blocks = 0;
  let paragraph = 0;
  let marks = 0;
  let cells = 0;
  for (const line of text.split("\n")) {
    const found = line.match(MARKS)?.length ?? 0;
    if (fence) {
      if (line.trimStart().startsWith(fence)) fence = "";
      else if (isIndented) indentedMarks += found;
      if (indentedMarks > MOST_MARKS_IN_INDENTED_CODE) return "paragraph";
      continue;
    }
    const opened = FENCE.exec(line);
    if (opened) {
      fence = opened[2] ?? opened[3];
      isIndented = opened[1].length > 3;
    }
    if (opened || !line.trim()) {
      if (paragraph > 0) blocks += 1;
      if (blocks > MOST_BLOCKS) return "blocks";
      paragraph = marks = cells = 0;
      continue;
    }
    lines += 1;
    if (lines > MOST_LINES) return "blocks";
    formulas += line.match(FORMULA)?.length ?? 0;
    if (formulas > MOST_FORMULAS) return "formulas";
    if (isNested(line)) return "nesting";
    const pipes = count(line, "|");
    cells += pipes;
    if (pipes > MOST_COLUMNS || cells > MOST_CELLS) return "table";
    if (ITEM.test(line) || (pipes > 1 && found <= 60)) {
      // An item or a row is read by itself; only what is inside it counts.
      marks = found;
      paragraph = line.length;
    } else {
      marks += found;
      paragraph += line.length;
    }
    if (marks > MOST_MARKS || paragraph > MOST_PARAGRAPH) return "paragraph";
  }
  return "";
}

function isNested(line) {
  let depth = 0;
  let indent = 0;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at];
    if (sign === " ") indent += 1;
    else if (sign === "\t") indent += 4;
    else if (sign === ">") depth += 1;
    else if ((sign === "-" || sign === "+" || sign === "*") && isGap(line[at + 1])) depth += 1;
    else if (sign >= "0" && sign <= "9") {
      let end = at + 1;
      while (end - at < 9 && line[end] >= "0" && line[end] <= "9") end += 1;
      if ((line[end] !== "." && line[end] !== ")") || !isGap(line[end + 1])) break;
      depth += 1;
      at = end;
    } else break;
    if (depth > MOST_NESTED || (depth > 0 && indent > MOST_INDENTED)) return true;
  }
  return false;
}

const isGap = (sign) => sign === undefined || sign === " " || sign === "\t";

function count(line, sign) {
  let found = 0;
  for (let at = line.indexOf(sign); at >= 0; at = line.indexOf(sign, at + 1)) found += 1;
  return found;
}
