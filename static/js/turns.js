// Answers that grow at the same time take turns in being drawn: a frame draws the one that waits longest, and more only while
// little time has gone. Six at once are then no longer tasks than one, and each is still drawn some ten times a second.
const SHARE = 6; // milliseconds of a frame after which no further answer is begun

const waiting = new Set();
let isPlanned = false;

// Calls `draw` in one of the next frames; a `draw` that waits already is not called twice.
export function drawInTurn(draw) {
  waiting.add(draw);
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(frame);
}

function frame() {
  const began = performance.now();
  for (const draw of waiting) {
    waiting.delete(draw);
    draw();
    if (performance.now() - began > SHARE) break;
  }
  isPlanned = waiting.size > 0;
  if (isPlanned) requestAnimationFrame(frame);
}
