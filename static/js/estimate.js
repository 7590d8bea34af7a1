// What a text will be in tokens, before anybody counted it. Pure. The rule of playground/wire/tokens.py, where it is explained,
// so that the number under the composer and the one in the ledger agree (tests/browser/kit/test_stream.py compares them).

const ENGLISH = /[A-Za-z\u00c0-\u024f]{1,8}/g;
const OTHER_LATIN = /[A-Za-z\u00c0-\u024f]{1,4}/g;
const ACCENTED = /[\u00c0-\u024f]/g;
const DIGITS = /[0-9]{1,3}/g;
const HAN = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u{20000}-\u{3ffff}]/gu;
const OTHER_LETTERS =
  /(?![A-Za-z\u00c0-\u024f\u2e80-\u9fff\uac00-\ud7af\uf900-\uffef\u{20000}-\u{3ffff}])[\p{L}\p{Nl}\p{No}]/gu;
const SIGNS = /[^\p{L}\p{N}_\s\u2e80-\u9fff\uff00-\uffef]/gu;
const BLANKS = /\n\s*|[ \t]{2,}/g;

const count = (pattern, text) => text.match(pattern)?.length ?? 0;

export function tokens(text) {
  if (!text) return 0;
  const isForeign = count(ACCENTED, text) > 0.005 * text.length;
  let total = count(isForeign ? OTHER_LATIN : ENGLISH, text) + count(DIGITS, text);
  total += 0.8 * count(SIGNS, text) + 0.5 * count(BLANKS, text);
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
