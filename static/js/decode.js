// The text of a file, whatever encoding it is in: UTF-8, UTF-16 (Latin text also without its mark), GB18030. Pure.

const MARKS = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];
const SAMPLE = 4_096; // bytes that show how UTF-16 without a mark looks
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

// Latin text in UTF-16 has a zero in every other byte.
function unmarked(bytes) {
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = [0, 0];
  sample.forEach((byte, place) => byte || zeros[place % 2]++);
  const many = sample.length / 8;
  if (bytes.length % 2 || Math.max(...zeros) < many) return [];
  return zeros[1] > zeros[0] ? ["utf-16le"] : ["utf-16be"];
}
