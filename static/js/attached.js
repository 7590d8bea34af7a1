// How files stand in a message: each as a fenced block whose first line names it, before what was typed. So a model reads
// them as quotations, and copying, editing and exporting show them as they went out. Pure.

const BLOCK = /^(`{3,})([^`\n]*[^`\n\s]\.[A-Za-z0-9]{1,12})\n([\s\S]*?)\n\1(?:\n+|$)/;

export function join(files, typed) {
  return [...files.map(block), typed].filter(Boolean).join("\n\n");
}

// What a message consists of: {files: [{name, text}], typed}.
export function split(message) {
  const files = [];
  let rest = message;
  for (let found = BLOCK.exec(rest); found; found = BLOCK.exec(rest)) {
    files.push({ name: found[2], text: found[3] });
    rest = rest.slice(found[0].length);
  }
  return { files, typed: rest };
}

// The fence is longer than any in the file, so that nothing in it can end the block.
function block({ name, text }) {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${name}\n${text}\n${fence}`;
}
