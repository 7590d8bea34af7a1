// The text of one generation as the browser knows it: a pure reducer over the frames of the live log. No DOM, no clock.
//
// Every frame carries the number before its first part (`from`) and after its last one (`seq`). What is older than what
// we have is dropped, what follows exactly is applied, and what leaves a gap is not applied: `lost` then says that the
// log must be followed again after `seq`.

import { withPieces } from "./calls.js";
import { LIVE } from "./states.js";

// What a message shows before any frame: the text that the server saved, and how far it reaches.
export function begin(generation, { seq = 0, content = "", reasoning = "", calls = [], state = "running" } = {}) {
  return { generation, seq, content, reasoning, calls, state, againAt: null, lost: false, ended: !LIVE.includes(state) };
}

export function reduce(state, frame) {
  if (frame.generation !== state.generation) return state;
  if (frame.type === "delta") return state.ended ? state : applyDelta(state, frame);
  if (frame.type === "end") return { ...state, state: frame.state, againAt: null, lost: false, ended: true };
  return state;
}

function applyDelta(state, frame) {
  if (frame.seq <= state.seq) return state;
  const known = state.seq - frame.from;
  if (known < 0) return { ...state, lost: true };
  let parts = frame.parts;
  if (known > 0) {
    // Some of it is here already. Only when no parts were merged is it certain which ones.
    if (parts.length !== frame.seq - frame.from) return { ...state, lost: true };
    parts = parts.slice(known);
  }
  let { content, reasoning, calls } = state;
  let againAt = null; // milliseconds after the run began at which the provider is asked once more, until text comes
  for (const [channel, text] of parts) {
    againAt = channel === "w" ? Number(text.trim().split("\n").at(-1)) : null;
    if (channel === "c") content += text;
    else if (channel === "r") reasoning += text;
    else if (channel === "t") calls = withPieces(calls, text);
  }
  return { ...state, content, reasoning, calls, seq: frame.seq, state: "running", againAt, lost: false };
}
