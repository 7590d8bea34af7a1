// What a text will be in tokens, before anybody counted it. Pure. The rule of playground/wire/tokens.py, so that the number
// under the composer and the one in the ledger agree (tests/browser/kit compares them).

const PIECES =
  /(?<han>[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3040-\u30ff\uac00-\ud7af]+)|(?<word>[A-Za-z\u00c0-\u024f]+)|(?<digits>[0-9]+)|(?<space>\s+)|(?<sign>.)/gsu;

export function tokens(text) {
  if (!text) return 0;
  let total = 0;
  for (const { 0: piece, groups } of text.matchAll(PIECES)) {
    if (groups.han) total += piece.length / 1.6;
    else if (groups.word) total += 1 + Math.floor((piece.length - 1) / 8);
    else if (groups.digits) total += Math.floor((piece.length + 2) / 3);
    else if (groups.space) total += Math.max(0, piece.length - 1) / 4 + (piece.includes("\n") ? 0.5 : 0);
    else total += 0.8;
  }
  return Math.max(1, Math.round(total));
}

// Cost of the next turn in the offer's currency: what it surely reads, and the most it can come to. Prices are per million
// tokens; an unknown price gives null, never 0.
export function nextTurn({ prompt, most, inputPrice, outputPrice }) {
  if (inputPrice === "" || inputPrice == null) return null;
  const read = (prompt * Number(inputPrice)) / 1e6;
  return { read, most: read + (most * Number(outputPrice || 0)) / 1e6 };
}
