// What a text will be in tokens, before anybody counted it. Pure. The rule of playground/wire/tokens.py, where it is explained,
// so that the number under the composer and the one in the ledger agree (tests/browser/kit/test_stream.py compares them).

const LATIN = "A-Za-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u024f";
const EAST = "\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\uff00-\\uffef\\u{20000}-\\u{3ffff}";
const ENGLISH = new RegExp(`[${LATIN}]{1,10}`, "gu");
const OTHER_LATIN = new RegExp(`[${LATIN}]{1,4}`, "gu");
const ACCENTED = /[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]/g;
const DIGITS = /[0-9]{1,3}/g;
const HAN = new RegExp(`[${EAST}]`, "gu");
const OTHER_LETTERS = new RegExp(`(?![A-Za-z\\u00c0-\\u024f${EAST}])[\\p{L}\\p{Nl}\\p{No}]`, "gu");
const SIGNS = new RegExp(`(?:[^\\p{L}\\p{N}_\\s${EAST}]|_){1,4}`, "gu");
const BLANKS = /[ \t]*\n\s*|[ \t]{2,}/g;

const count = (pattern, text) => text.match(pattern)?.length ?? 0;

export function tokens(text) {
  if (!text) return 0;
  const isForeign = count(ACCENTED, text) > 0.005 * text.length;
  let total = count(isForeign ? OTHER_LATIN : ENGLISH, text) + count(DIGITS, text) + count(SIGNS, text) + count(BLANKS, text);
  total += count(HAN, text) / 1.6 + count(OTHER_LETTERS, text) / 2;
  return Math.max(1, Math.round(total));
}

// Cost of the next turn in the offer's currency: what it surely reads, and the most it can come to. Prices are per million
// tokens; an unknown price gives null, never 0.
export function nextTurn({ prompt, most, inputPrice, outputPrice }) {
  if (inputPrice === "" || inputPrice == null) return null;
  const read = (prompt * Number(inputPrice)) / 1e6;
  return { read, most: read + (most * Number(outputPrice || 0)) / 1e6 };
}
