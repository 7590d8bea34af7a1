// Bold text beside Han signs. CommonMark wants a space or punctuation outside of **…** in places where Chinese has none, so
// `**注意：**请` stays asterisks there. This rule takes **x** whatever stands outside, as long as no space stands just inside.

const LONGEST = 2_000; // characters to look ahead for the end

export const strong = {
  name: "strong",
  level: "inline",
  start(source) {
    const at = source.indexOf("**");
    return at < 0 ? undefined : at;
  },
  tokenizer(source) {
    if (!source.startsWith("**") || isBlank(source[2]) || source[2] === "*") return undefined;
    const end = closing(source);
    if (end < 0) return undefined;
    const text = source.slice(2, end);
    return { type: "strong", raw: source.slice(0, end + 2), text, tokens: this.lexer.inlineTokens(text) };
  },
};

function closing(source) {
  const most = Math.min(source.length, LONGEST);
  for (let at = 2; at < most; at += 1) {
    const sign = source[at];
    if (sign === "\\") at += 1;
    else if (sign === "`") {
      const end = endOfCode(source, at, most);
      if (end > 0) at = end - 1;
    } else if (sign === "*" && source[at + 1] === "*") {
      // In a run of three or more the last two close: **a*b*** ends with its last two.
      let last = at + 1;
      while (source[last + 1] === "*") last += 1;
      if (!isBlank(source[at - 1]) && at > 2) return last - 1;
      at = last;
    } else if (sign === "\n" && source[at + 1] === "\n") return -1;
  }
  return -1;
}

// The place after a code span that begins at `at`, or 0 when it never ends.
function endOfCode(source, at, most) {
  let ticks = at;
  while (source[ticks] === "`") ticks += 1;
  const fence = source.slice(at, ticks);
  const end = source.slice(0, most).indexOf(fence, ticks);
  return end < 0 ? 0 : end + fence.length;
}

const isBlank = (sign) => sign === undefined || sign === "" || /\s/.test(sign);
