// Words and numbers in the page's language. gettext and ngettext come from static/words/<language>.js; without it (a static
// test page) texts stay English. Placeholders are named: fill("Retrying in %(seconds)s s", {seconds: 3}).

export function gettext(text) {
  return globalThis.django?.gettext?.(text) ?? text;
}

export function ngettext(one, many, count) {
  return globalThis.django?.ngettext?.(one, many, count) ?? (count === 1 ? one : many);
}

export function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

const language = () => document.documentElement.lang || "en";

// 16412 as "16,412"
export function number(value) {
  return format().format(value);
}

// Milliseconds as "0.4" or "12": one decimal below ten seconds.
export function seconds(milliseconds) {
  const value = milliseconds / 1000;
  return exact(value, value < 10 ? 1 : 0);
}

// Tokens as "17.2K" or "1M".
export function short(tokens) {
  if (tokens >= 1024 && tokens % 1024 === 0 && tokens % 1000 !== 0 && tokens < 1_000_000) return `${tokens / 1024}K`; // as limits are written: 128K
  if (tokens >= 999_500) return `${+(tokens / 1_000_000).toFixed(1)}M`;
  if (tokens >= 100) return `${+(tokens / 1000).toFixed(tokens < 99_500 ? 1 : 0)}K`;
  return String(tokens);
}

// An amount with its sign; below 0.01 with five decimals, so that a turn never costs "0.00"; what is less still says so.
export function money(sign, amount) {
  if (amount > 0 && amount < 0.000005) return `<${sign}0.00001`;
  const digits = amount === 0 ? 2 : amount < 0.01 ? 5 : amount < 1 ? 4 : 2;
  return `${sign}${exact(amount, digits)}`;
}

// An amount as it is billed and, where there is a rate, in the other currency; the reader's own first.
export function amounts({ sign, otherSign, otherRate, convertedFirst }, amount) {
  const billed = money(sign, amount);
  if (!otherRate) return [billed];
  const other = `≈ ${money(otherSign, amount * otherRate)}`;
  return convertedFirst ? [other, billed] : [billed, other];
}

const exact = (value, digits) => format(digits).format(value);

// Made once for each number of decimals: making one costs more than a hundred numbers.
const formats = new Map();

function format(digits) {
  if (!formats.has(digits)) {
    const decimals = digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    formats.set(digits, new Intl.NumberFormat(language(), decimals));
  }
  return formats.get(digits);
}
