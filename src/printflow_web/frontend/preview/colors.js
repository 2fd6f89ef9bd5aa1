// Colors that a file gives its triangles, as printflow.inspection.colors counts them: 0xRRGGBB; below 0
// are NONE and the slots of a slicer (-1 - slot), whose colors are in another part of the file.
export const NONE = -1;
const MOST_SLOTS = 64;
const MOST_TOLD = 16; // more are told as the nearest of 216, the largest first
const STEP = 51;
const SHIFTS = [16, 8, 0];

export function colorOf(text) {
  const found = /^#?([0-9a-f]{6})([0-9a-f]{2})?$/i.exec((text || "").trim());
  return found ? parseInt(found[1], 16) : NONE;
}

export function ofSlot(slot) {
  return slot > 0 && slot <= MOST_SLOTS ? -1 - slot : NONE;
}

// The color in the middle of the three of a triangle's corners.
export function mixed(colors) {
  if (Math.min(...colors) < 0) return NONE;
  const middle = (shift) => Math.floor(colors.reduce((sum, one) => sum + ((one >> shift) & 255), 0) / 3);
  return SHIFTS.reduce((whole, shift) => whole | (middle(shift) << shift), 0);
}

// One color with its slot's in the place of a slot.
export function resolved(color, palette) {
  return color < NONE ? palette[-2 - color] ?? NONE : color;
}

// Gives those that have none yet a color.
export function fill(colors, color, from = 0, to = colors.length - 1) {
  if (color === NONE) return;
  const end = Math.min(to, colors.length - 1);
  for (let at = from; at <= end; at += 1) if (colors[at] === NONE) colors[at] = color;
}

// "#rrggbb", the one with the largest area first; then those of `also`, on parts of triangles only.
export function told(colors, positions, also) {
  if (!colors) return [];
  let found = new Map();
  colors.forEach((color, triangle) => {
    if (color < 0) return;
    const area = areaOf(positions, triangle * 9);
    found.set(color, (found.get(color) || 0) + (Number.isFinite(area) ? area : 0));
  });
  for (const color of also) if (color >= 0 && !found.has(color)) found.set(color, 0);
  if (found.size > MOST_TOLD) {
    const few = new Map();
    for (const [color, area] of found) few.set(coarse(color), (few.get(coarse(color)) || 0) + area);
    found = few;
  }
  const whole = [...found.values()].reduce((sum, area) => sum + area, 0) || 1;
  const share = (color) => Math.round((found.get(color) / whole) * 1000);
  return [...found.keys()]
    .sort((one, other) => share(other) - share(one) || one - other)
    .slice(0, MOST_TOLD)
    .map((color) => `#${color.toString(16).padStart(6, "0")}`);
}

function coarse(color) {
  const step = (shift) => Math.floor((((color >> shift) & 255) + (STEP >> 1)) / STEP) * STEP;
  return SHIFTS.reduce((whole, shift) => whole | (step(shift) << shift), 0);
}

function areaOf(p, a) {
  const side = (from) => [0, 1, 2].map((axis) => p[a + from + axis] - p[a + axis]);
  const [u, v] = [side(3), side(6)];
  return Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
}
