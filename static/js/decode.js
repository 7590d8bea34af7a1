// The text of a file, whatever encoding it is in: UTF-8, UTF-16 (also without its mark), GB18030. Pure.

const MARKS = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];
const SAMPLE = 4_096; // bytes that show how UTF-16 without a mark looks
const USUAL_SHARE = 0.6; // of characters; of bytes read in a wrong way a fifth looks usual
const CONTROL = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/; // no text has them; tab, line ends and escape may stand in logs

// bytes (Uint8Array) => the text with "\n" as its line ends; null when it is no text.
export function decode(bytes) {
  const marked = MARKS.find(([, mark]) => mark.every((byte, place) => bytes[place] === byte))?.[0];
  for (const encoding of marked ? [marked] : ["utf-8", ...unmarked(bytes), "gb18030"]) {
    const text = read(bytes, encoding);
    if (text !== null) return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  }
  return null;
}

function read(bytes, encoding) {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return CONTROL.test(text) ? null : text;
  } catch {
    return null;
  }
}

// Latin text in UTF-16 has a zero in every other byte. Chinese text is read in each way: the one that gives most of the usual
// characters is it.
function unmarked(bytes) {
  const sample = bytes.subarray(0, SAMPLE);
  if (bytes.length % 2 || !sample.length) return [];
  const zeros = [0, 0];
  sample.forEach((byte, place) => byte || zeros[place % 2]++);
  if (Math.max(...zeros) >= sample.length / 8) return zeros[1] > zeros[0] ? ["utf-16le"] : ["utf-16be"];
  const shares = ["gb18030", "utf-16le", "utf-16be"].map((encoding) => [usual(sample, encoding), encoding]);
  const [share, best] = shares.reduce((most, one) => (one[0] > most[0] ? one : most));
  return best !== "gb18030" && share > USUAL_SHARE ? [best] : [];
}

function usual(sample, encoding) {
  const signs = [...new TextDecoder(encoding).decode(sample)];
  return signs.filter((sign) => usualSigns().has(sign)).length / signs.length;
}

// ASCII, the punctuation of GB 2312 and its 3,755 most frequent characters.
let known = null;
function usualSigns() {
  if (known) return known;
  const bytes = [];
  for (const [from, to] of [[0xa1, 0xa4], [0xb0, 0xd8]]) {
    for (let row = from; row < to; row++) for (let place = 0xa1; place < 0xff; place++) bytes.push(row, place);
  }
  const ascii = Array.from({ length: 95 }, (_, place) => String.fromCharCode(32 + place));
  known = new Set([...new TextDecoder("gb18030").decode(new Uint8Array(bytes)), ...ascii, "\t", "\n", "\r"]);
  return known;
}
