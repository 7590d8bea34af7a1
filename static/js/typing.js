// Writing a message: when Enter sends, how a field grows, the id that makes a message arrive once.

// Enter sends, except with Shift and except while an input method is composing (Enter then picks a candidate).
export function isSend(event) {
  return event.key === "Enter" && !event.shiftKey && !event.altKey && !event.isComposing && event.keyCode !== 229;
}

export function newClientId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Over plain http (not localhost) browsers hide randomUUID; the same bits by hand.
  const bits = crypto.getRandomValues(new Uint8Array(16));
  bits[6] = (bits[6] & 0x0f) | 0x40;
  bits[8] = (bits[8] & 0x3f) | 0x80;
  const hex = [...bits].map((bit) => bit.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function grow(field) {
  field.style.setProperty("height", "auto");
  field.style.setProperty("height", `${field.scrollHeight}px`);
}
