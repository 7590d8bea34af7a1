// Draws the messages of history: as many of the last ones as fill a screen at once, because they are what the reader sees,
// the others from bottom to top while the page is idle, and once what the reader sees has its formulas and its fonts. A
// conversation of a thousand messages opens as fast as one of ten, and stands still.

import { idle } from "./dom.js";
import { mathIsDrawn } from "./markdown/math.js";

const AT_ONCE = 40; // milliseconds
const DENSE = 4; // characters for a pixel of the screen's height: no text of ours is set closer
const SLICE = 8;
const PATIENCE = 1_000;

const waiting = [];
let isPlanned = false;

export function hydrateLater(message) {
  waiting.push(message);
  if (isPlanned) return;
  isPlanned = true;
  queueMicrotask(() => drain(AT_ONCE, { screen: innerHeight * DENSE, then: standsStill }));
}

// Those that come into sight next, before their turn.
export function hydrateNow(messages) {
  for (const message of messages) {
    const at = waiting.indexOf(message);
    if (at >= 0) waiting.splice(at, 1)[0].hydrate();
  }
}

function drain(budget, { screen = Infinity, then = idle } = {}) {
  const began = performance.now();
  let drawn = 0;
  while (waiting.length && drawn < screen && performance.now() - began < budget) {
    const message = waiting.pop();
    if (!message.isConnected) continue;
    message.hydrate();
    drawn += message.markdown.length;
  }
  isPlanned = waiting.length > 0;
  if (isPlanned) then(() => drain(SLICE));
}

function standsStill(work) {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  Promise.race([mathIsDrawn().then(() => document.fonts.ready), late]).then(() => idle(work));
}
