// The marks of a web search in an answer, as links to what was found: [ref_1] becomes [1]. Pure.
const MARK = /\[(ref_\d{1,3})\]/g;

// sources: the part with the list of references that the server rendered.
export function withReferences(text, sources) {
  const items = sources?.querySelectorAll("li[data-refer]") ?? [];
  if (!items.length) return text;
  const links = new Map([...items].map((item) => [item.dataset.refer, { number: item.value, href: item.querySelector("a")?.getAttribute("href") }]));
  return text.replace(MARK, (mark, refer) => {
    const found = links.get(refer);
    if (!found) return mark;
    return found.href ? `[\\[${found.number}\\]](<${encodeURI(decoded(found.href)).replace(/[<>]/g, "")}>)` : `\\[${found.number}\\]`;
  });
}

function decoded(address) {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}
