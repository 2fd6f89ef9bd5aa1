// G2 and G3 as short straight lines, told one by one to add(x, y, z).
const PLAY = 0.02; // mm that a line may leave the arc
const MOST = 360;

// from, to: {x, y, z}; middle: the arc's center. Gives the length in mm.
export function arc(from, to, middle, clockwise, add) {
  const radius = Math.hypot(from.x - middle.x, from.y - middle.y);
  const begin = Math.atan2(from.y - middle.y, from.x - middle.x);
  const end = Math.atan2(to.y - middle.y, to.x - middle.x);
  let turn = clockwise ? begin - end : end - begin;
  const there = Math.hypot(to.x - from.x, to.y - from.y) < 1e-6;
  if (there) turn = 2 * Math.PI; // to where it is: once around
  else if (turn <= 0) turn += 2 * Math.PI;
  const step = 2 * Math.acos(Math.max(0, 1 - PLAY / Math.max(radius, PLAY)));
  const count = Math.min(MOST, Math.max(1, Math.ceil(turn / Math.max(step, 1e-3))));
  for (let part = 1; part < count; part += 1) {
    const share = part / count;
    const angle = begin + (clockwise ? -turn : turn) * share;
    add(
      middle.x + radius * Math.cos(angle),
      middle.y + radius * Math.sin(angle),
      from.z + (to.z - from.z) * share,
    );
  }
  add(to.x, to.y, to.z);
  return Math.hypot(turn * radius, to.z - from.z);
}

// The center of an arc that is given by its radius (negative: the longer way); null where none goes through both.
export function middleOf(from, to, radius, clockwise) {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const apart = Math.hypot(dx, dy);
  if (apart < 1e-9 || !radius || apart / 2 > Math.abs(radius) * 1.001) return null;
  const height = Math.sqrt(Math.max(0, radius * radius - (apart * apart) / 4));
  const side = clockwise === radius > 0 ? -1 : 1;
  return {
    x: from.x + dx / 2 - (side * height * dy) / apart,
    y: from.y + dy / 2 + (side * height * dx) / apart,
  };
}
