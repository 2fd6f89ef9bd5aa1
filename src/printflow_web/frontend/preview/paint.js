// What people painted on single triangles in a slicer, as printflow.inspection.paint reads it; the format
// is told there.
const SHARES = { 1: [0.5, 0.5], 2: [0.5, 0.25, 0.25], 3: [0.25, 0.25, 0.25, 0.25] };
const DEEPEST = 40;
const LONGEST = 20_000;

// The slots on a triangle with the share of its area that each has, 0: what is not painted. Empty where
// the code is none.
export function slotsOf(code) {
  const none = new Map();
  if (!/^[0-9a-f]+$/i.test(code) || code.length > LONGEST) return none;
  const digits = [...code].reverse().map((digit) => parseInt(digit, 16));
  const found = new Map();
  const waiting = [[1, 0]];
  let at = 0;
  while (waiting.length) {
    const [share, depth] = waiting.pop();
    if (at >= digits.length || depth > DEEPEST) return none;
    const digit = digits[at];
    at += 1;
    const parts = SHARES[digit & 3];
    if (parts) {
      for (const part of [...parts].reverse()) waiting.push([share * part, depth + 1]);
      continue;
    }
    let slot = digit >> 2;
    if (slot === 3) {
      if (at >= digits.length) return none;
      for (; at + 1 < digits.length && digits[at] === 15; at += 1) slot += 15;
      slot += digits[at];
      at += 1;
    }
    found.set(slot, (found.get(slot) || 0) + share);
  }
  return found;
}

// The slot with most of the triangle, the lowest of several.
export function mainSlot(slots) {
  const [most] = [...slots].sort(([one, a], [other, b]) => b - a || one - other);
  return most ? most[0] : 0;
}
