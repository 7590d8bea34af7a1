// Tool calls while they form: pieces of the live log to calls, and calls to cards. The cards are the server's own markup
// (the template in the page), so that history and a running answer look alike.
import { appendText } from "./dom.js";

// calls: [{name, arguments}, …] with the pieces of a part "t" added: lines of [index, id, name, arguments, replaces].
export function withPieces(calls, lines) {
  const grown = calls.map((call) => ({ ...call }));
  for (const line of lines.split("\n")) {
    if (!line) continue;
    const [index, , name, text, replaces] = JSON.parse(line);
    while (grown.length <= index && index < 128) grown.push({ name: "", arguments: "" });
    const call = grown[index];
    if (!call) continue;
    call.name ||= name;
    call.arguments = replaces ? text : call.arguments + text;
  }
  return grown;
}

// What the page showed of a running answer.
export function callsIn(place) {
  return [...place.querySelectorAll("[data-call]")].map((card) => ({ name: card.querySelector("[data-call-name]").textContent, arguments: card.querySelector("[data-call-arguments]").textContent }));
}

export function drawCalls(place, calls) {
  const cards = place.querySelectorAll("[data-call]");
  calls.forEach((call, at) => {
    const card = cards[at] ?? place.appendChild(document.getElementById("tool-card").content.firstElementChild.cloneNode(true));
    card.querySelector("[data-call-name]").textContent = call.name;
    appendText(card.querySelector("[data-call-arguments]"), call.arguments);
  });
}
