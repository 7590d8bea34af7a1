// Draws the messages of history: the last ones at once, because they are what the reader sees, the others from bottom to
// top while the page is idle. A conversation of a thousand messages opens as fast as one of ten.

const AT_ONCE = 40; // milliseconds
const SLICE = 8;

const waiting = [];
let isPlanned = false;

export function hydrateLater(message) {
  waiting.push(message);
  if (isPlanned) return;
  isPlanned = true;
  queueMicrotask(() => drain(AT_ONCE));
}

// Those that come into sight next, before their turn.
export function hydrateNow(messages) {
  for (const message of messages) {
    const at = waiting.indexOf(message);
    if (at >= 0) waiting.splice(at, 1)[0].hydrate();
  }
}

function drain(budget) {
  const began = performance.now();
  while (waiting.length && performance.now() - began < budget) {
    const message = waiting.pop();
    if (message.isConnected) message.hydrate();
  }
  isPlanned = waiting.length > 0;
  if (isPlanned) idle(() => drain(SLICE));
}

const idle = globalThis.requestIdleCallback ? (work) => requestIdleCallback(work, { timeout: 300 }) : (work) => setTimeout(work, 16);
