// What the next question costs in all columns together, in both currencies. Pure. Amounts of two currencies are never added
// as they are: each total is what is billed in it and the rest at the rate of the day, and then says "≈".
import { nextTurn } from "./estimate.js";

// columns: {prompt, most, inputPrice, outputPrice, sign, otherSign, otherRate}. Returns {runs, unpriced, totals: [{sign, read,
// most, isExact}]}, the currency that more columns are billed in first.
export function nextTurns(columns) {
  const totals = new Map();
  const billed = new Map();
  let unpriced = 0;
  for (const column of columns) {
    const cost = nextTurn(column);
    if (!cost || !column.sign) {
      unpriced += 1;
      continue;
    }
    add(totals, column.sign, cost, 1);
    if (column.otherSign) add(totals, column.otherSign, cost, Number(column.otherRate));
    billed.set(column.sign, (billed.get(column.sign) ?? 0) + 1);
  }
  const order = [...totals.keys()].sort((one, other) => (billed.get(other) ?? 0) - (billed.get(one) ?? 0));
  return { runs: columns.length, unpriced, totals: order.map((sign) => ({ sign, ...totals.get(sign), isExact: billed.size === 1 && billed.has(sign) })) };
}

function add(totals, sign, { read, most }, rate) {
  const known = totals.get(sign) ?? { read: 0, most: 0 };
  totals.set(sign, { read: known.read + read * rate, most: known.most + most * rate });
}
