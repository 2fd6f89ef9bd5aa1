// What takes a table of the corners: whether the mesh closes once corners are welded that lie a millionth
// of its size apart, and the volume with bodies turned that are inside out, as printflow.inspection does.
import { finite, sixfoldVolume } from "./measure.js";

const WELD = 1e-6;
const ROUNDING = 2 ** -22; // two steps of single precision
const MOST_BODIES = 500;

// {closed, volume, solid} of a mesh whose measures are known. solid: {bodies, corners}, null where it isn't
// closed, or falls into too many; bodies: [{volume, low, high, triangles, turned}], hollows with a volume
// below 0; corners: a number for each corner of each triangle, the same for the same place.
export function solidOf(positions, { closed, volume, extent, low }) {
  let corners = numbered(positions);
  if (!closed) {
    const open = openCorners(corners);
    const high = low.map((value, axis) => value + extent[axis]);
    const furthest = Math.max(...[...low, ...high].map(Math.abs));
    const near = Math.max(Math.max(...extent) * WELD, furthest * ROUNDING);
    corners = welded(positions, corners, open, near);
    if (!corners || openCorners(corners).size) return { closed: false, volume, solid: null };
  }
  const bodies = bodiesOf(positions, corners);
  const sum = Math.abs(bodies.reduce((all, body) => all + body.volume, 0));
  return { closed: true, volume: sum, solid: bodies.length > MOST_BODIES ? null : { bodies, corners } };
}

// A number for each corner of each triangle, the same for the same place: that of the first there.
// -1 for triangles that are not finite.
function numbered(positions) {
  const count = positions.length / 3;
  let size = 16;
  while (size < count * 2) size *= 2;
  const table = new Int32Array(size).fill(-1);
  const numbers = new Int32Array(count);
  const bits = new Uint32Array(positions.buffer, positions.byteOffset, positions.length);
  for (let corner = 0; corner < count; corner += 1) {
    const at = corner * 3;
    if (corner % 3 === 0 && !finite(positions, at)) {
      numbers.fill(-1, corner, corner + 3);
      corner += 2;
      continue;
    }
    let place = 0;
    for (let axis = 0; axis < 3; axis += 1) {
      const word = bits[at + axis] === 0x80000000 ? 0 : bits[at + axis];
      place = Math.imul(place ^ word ^ (word >>> 15), 0x85ebca6b);
      place ^= place >>> 13;
    }
    place &= size - 1;
    while (table[place] >= 0 && !same(positions, table[place] * 3, at)) place = (place + 1) & (size - 1);
    if (table[place] < 0) table[place] = corner;
    numbers[corner] = table[place];
  }
  return numbers;
}

function same(p, one, other) {
  return p[one] === p[other] && p[one + 1] === p[other + 1] && p[one + 2] === p[other + 2];
}

// The corners of edges that are not walked as often one way as the other.
function openCorners(corners) {
  const walked = new Map();
  for (let at = 0; at < corners.length; at += 3) {
    const [a, b, c] = [corners[at], corners[at + 1], corners[at + 2]];
    if (a < 0 || a === b || b === c || c === a) continue;
    for (const [from, to] of [[a, b], [b, c], [c, a]]) {
      const key = Math.min(from, to) * 0x80000000 + Math.max(from, to);
      const sum = (walked.get(key) || 0) + (from < to ? 1 : -1);
      if (sum) walked.set(key, sum);
      else walked.delete(key);
    }
  }
  const open = new Set();
  for (const key of walked.keys()) {
    open.add(Math.floor(key / 0x80000000));
    open.add(key % 0x80000000);
  }
  return open;
}

// The corners, with those welded that are open and near; null where none are. Two that are nearer than
// `near` share a cell in one of eight grids, each shifted by half a cell on some axes.
function welded(positions, corners, open, near) {
  const stands = new Map([...open].map((corner) => [corner, corner]));
  let moved = false;
  const top = (corner) => {
    let one = corner;
    while (stands.get(one) !== one) one = stands.get(one);
    return one;
  };
  for (let shift = 0; shift < 8; shift += 1) {
    const cells = new Map();
    for (const corner of open) {
      const cell = [0, 1, 2]
        .map((axis) => Math.floor(positions[corner * 3 + axis] / (2 * near) + ((shift >> axis) & 1) / 2))
        .join();
      const other = cells.get(cell);
      if (other === undefined) cells.set(cell, corner);
      else if (top(other) !== top(corner)) {
        stands.set(top(corner), top(other));
        moved = true;
      }
    }
  }
  return moved ? corners.map((corner) => (stands.has(corner) ? top(corner) : corner)) : null;
}

// -- bodies ----------------------------------------------------------------------------------------

function bodiesOf(positions, corners) {
  const parent = new Int32Array(corners.length).map((_, at) => at);
  const top = (corner) => {
    let one = corner;
    while (parent[one] !== one) {
      parent[one] = parent[parent[one]];
      one = parent[one];
    }
    return one;
  };
  for (let at = 0; at < corners.length; at += 3) {
    if (corners[at] < 0) continue;
    for (const other of [corners[at + 1], corners[at + 2]]) parent[top(other)] = top(corners[at]);
  }
  const bodies = new Map();
  for (let at = 0; at < corners.length; at += 3) {
    if (corners[at] >= 0) added(bodies, top(corners[at]), positions, at * 3);
  }
  return outsideOut([...bodies.values()], positions);
}

function added(bodies, root, positions, at) {
  if (!bodies.has(root)) {
    bodies.set(root, {
      volume: 0,
      turned: false,
      triangles: [],
      low: [Infinity, Infinity, Infinity],
      high: [-Infinity, -Infinity, -Infinity],
    });
  }
  const body = bodies.get(root);
  body.volume += sixfoldVolume(positions, at) / 6;
  body.triangles.push(at);
  for (let place = at; place < at + 9; place += 1) {
    const axis = (place - at) % 3;
    body.low[axis] = Math.min(body.low[axis], positions[place]);
    body.high[axis] = Math.max(body.high[axis], positions[place]);
  }
}

// A body that is inside out and that no other holds is turned, and what is in it, too; one within
// another is a hollow.
function outsideOut(bodies, positions) {
  if (bodies.length > MOST_BODIES) return bodies;
  const outer = bodies.filter(
    (body) =>
      body.volume < 0 && !bodies.some((other) => other !== body && holds(other, body, positions)),
  );
  for (const body of outer) {
    for (const inner of bodies) {
      if (inner !== body && inner.volume > 0 && holds(body, inner, positions)) turn(inner);
    }
    turn(body);
  }
  return bodies;
}

function turn(body) {
  body.volume *= -1;
  body.turned = !body.turned;
}

function holds(body, inner, positions) {
  const around = [0, 1, 2].every(
    (axis) => body.low[axis] <= inner.low[axis] && body.high[axis] >= inner.high[axis],
  );
  if (!around) return false;
  const at = inner.triangles[0];
  const point = [0, 1, 2].map(
    (axis) => (positions[at + axis] + positions[at + 3 + axis] + positions[at + 6 + axis]) / 3,
  );
  let angle = 0;
  for (const triangle of body.triangles) angle += halfAngle(positions, triangle, point);
  return Math.abs(angle) / (2 * Math.PI) > 0.75;
}

// Half the solid angle of a triangle (van Oosterom and Strackee, 1983).
function halfAngle(positions, at, point) {
  const [a, b, c] = [0, 3, 6].map((from) => point.map((value, axis) => positions[at + from + axis] - value));
  const dot = (u, v) => u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
  const [la, lb, lc] = [a, b, c].map((one) => Math.hypot(...one));
  const above =
    a[0] * (b[1] * c[2] - b[2] * c[1]) +
    a[1] * (b[2] * c[0] - b[0] * c[2]) +
    a[2] * (b[0] * c[1] - b[1] * c[0]);
  return Math.atan2(above, la * lb * lc + dot(a, b) * lc + dot(b, c) * la + dot(c, a) * lb);
}
