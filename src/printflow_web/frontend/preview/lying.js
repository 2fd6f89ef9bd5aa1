// Whether a model seems to lie on its back, as those do that were made with another axis up: it rests on
// next to nothing, and has a large flat side that it could stand on. A guess, for the picture alone.
const MOST = 400_000; // triangles, beyond which nobody waits for a guess
const NEAR = 0.002; // of the size: what lies this near to a plane lies in it
const STEPS = 60; // normals are told apart by 1/60
const SIDEWAYS = 0.5; // a side that faces up or down more than this is none that it could have fallen from
const RESTS = 0.1; // of its footprint: who rests on more stands as meant
const STANDS = 0.25; // so does who touches the ground all around so much of it
const LARGE = 0.3; // of what is seen from that side
const CLEARLY = 4; // times as much as it rests on now

// The way that the side faces (its normal), or null. positions in mm; facts: {triangles, low, extent}.
export function flatSide(positions, { triangles, low, extent }) {
  const size = Math.max(...extent);
  if (triangles > MOST || !(size > 0)) return null;
  const sides = [...planes(positions, low, size * NEAR).values()];
  const footprint = extent[0] * extent[1];
  const rests = sides.reduce((sum, { area, normal, at }) => {
    return normal[2] < -0.99 && -at < low[2] + size * NEAR ? sum + area : sum;
  }, 0);
  if (rests > RESTS * footprint || touches(positions, low[2] + size * NEAR) > STANDS * footprint) return null;
  const best = sides
    .filter(({ area, normal }) => Math.abs(normal[2]) < SIDEWAYS && area > CLEARLY * rests)
    .sort((one, other) => other.area - one.area)
    .slice(0, 4)
    .find(({ area, normal, at }) => {
      const seen = outline(positions, normal, at + 2 * size * NEAR);
      return seen !== null && area > LARGE * seen;
    });
  return best ? best.normal : null;
}

// Triangles by the plane that they lie in: {area, normal, at: the plane's distance from 0 along it}.
function planes(p, low, near) {
  const found = new Map();
  for (let a = 0; a + 8 < p.length; a += 9) {
    const u = [p[a + 3] - p[a], p[a + 4] - p[a + 1], p[a + 5] - p[a + 2]];
    const v = [p[a + 6] - p[a], p[a + 7] - p[a + 1], p[a + 8] - p[a + 2]];
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const length = Math.hypot(...n);
    if (!(length > 0) || !Number.isFinite(length)) continue;
    const normal = n.map((value) => value / length);
    const at = normal[0] * p[a] + normal[1] * p[a + 1] + normal[2] * p[a + 2];
    const from = at - normal[0] * low[0] - normal[1] * low[1] - normal[2] * low[2];
    const key = [...normal.map((value) => Math.round(value * STEPS)), Math.round(from / near / 2)].join();
    const plane = found.get(key);
    if (plane) plane.area += length / 2;
    else found.set(key, { area: length / 2, normal, at });
  }
  return found;
}

// The area of the rectangle around all that touches the ground.
function touches(p, below) {
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < p.length; at += 3) {
    if (p[at + 2] <= below) widen(box, p[at], p[at + 1]);
  }
  return Math.max(0, (box[1] - box[0]) * (box[3] - box[2])) || 0;
}

// The area of the rectangle around the model as seen along a normal; null where it reaches beyond the plane.
function outline(p, normal, furthest) {
  const first = Math.abs(normal[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0];
  const along = first.map((value, axis) => value - normal[axis] * dot(first, normal));
  const u = along.map((value) => value / Math.hypot(...along));
  const v = [0, 1, 2].map((i) => normal[(i + 1) % 3] * u[(i + 2) % 3] - normal[(i + 2) % 3] * u[(i + 1) % 3]);
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < p.length; at += 3) {
    const point = [p[at], p[at + 1], p[at + 2]];
    if (dot(point, normal) > furthest) return null;
    widen(box, dot(point, u), dot(point, v));
  }
  return (box[1] - box[0]) * (box[3] - box[2]);
}

function widen(box, x, y) {
  if (x < box[0]) box[0] = x;
  if (x > box[1]) box[1] = x;
  if (y < box[2]) box[2] = y;
  if (y > box[3]) box[3] = y;
}

function dot(one, other) {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}
