// When to try again. Pure: randomness is passed in.

const FIRST = 500;
const LONGEST = 30_000;

// Milliseconds before attempt `attempt` (1, 2, …): doubling, then spread over the upper half, so that many tabs that
// lost one server do not come back in the same moment.
export function delay(attempt, random = Math.random) {
  const most = Math.min(LONGEST, FIRST * 2 ** (attempt - 1));
  return Math.round(most / 2 + (most / 2) * random());
}

// What a close code asks for: "again" (with back-off), "soon" (the server restarts), "later" (we sent too much), or an end:
// "signed-out", "put-out" (of a team), "refused".
export function afterClose(code) {
  if (code === 4401) return "signed-out";
  if (code === 4410) return "put-out";
  if (code === 4403) return "refused";
  if (code === 4013 || code === 4400) return "later";
  if (code === 4012 || code === 1012 || code === 1001) return "soon";
  return "again";
}
