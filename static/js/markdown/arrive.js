// marked and DOMPurify, which draw answers. A page with messages brings them along; an empty one fetches them when the first
// message is being written.
import { page, script } from "../dom.js";

let arriving = null;

export const isHere = () => Boolean(globalThis.marked && globalThis.DOMPurify);

export function arrives() {
  if (isHere()) return Promise.resolve();
  arriving ??= Promise.all([script(page("marked")), script(page("purifier"))]).catch((error) => {
    arriving = null; // asked again with the next piece of text
    throw error;
  });
  return arriving;
}
