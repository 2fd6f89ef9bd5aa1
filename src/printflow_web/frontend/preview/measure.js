// What can be told of a mesh: size, volume, whether it is closed. Lengths in the unit of the positions,
// the volume in that unit cubed.
import { told } from "./colors.js";
import { solidOf } from "./solid.js";

const MOST_FOR_SOLID = 600_000; // triangles, beyond which a phone would be busy for long
const NO_AREA = 1e-6; // of the longest side's square: lines and points

export function factsOf(found) {
  return examined(found).facts;
}

// {facts, solid}: solid as solid.js has it, null where that can't be told.
export function examined({ positions, plates, colors = null, also = [] }) {
  const whole = measure(positions);
  const sizes = plates.map(([from, to]) => measure(positions.subarray(from, to)).size);
  const [largest] = [...(sizes.length ? sizes : [whole.size])].sort((one, other) => {
    const [a, b] = [one, other].map((size) => [...size].sort((x, y) => y - x));
    return b[0] - a[0] || b[1] - a[1] || b[2] - a[2];
  });
  const facts = { ...whole, extent: whole.size, size: largest, sizes: sizes.length ? sizes : [largest] };
  facts.colors = told(colors, positions, also);
  if (facts.triangles > MOST_FOR_SOLID || !facts.usable) return { facts, solid: null };
  const { solid, ...better } = solidOf(positions, facts);
  return { facts: { ...facts, ...better }, solid };
}

// In one pass and without memory of its own.
export function measure(positions) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const bits = new Uint32Array(positions.buffer, positions.byteOffset, positions.length);
  const hashes = [0, 0, 0];
  let volume = 0;
  let count = 0;
  let sum = 0;
  let area = 0;
  for (let at = 0; at + 8 < positions.length; at += 9) {
    if (!finite(positions, at)) continue;
    count += 1;
    for (let corner = 0; corner < 3; corner += 1) {
      const from = at + corner * 3;
      for (let axis = 0; axis < 3; axis += 1) {
        const value = positions[from + axis];
        if (value < low[axis]) low[axis] = value;
        if (value > high[axis]) high[axis] = value;
      }
      hashes[corner] = hashOf(bits, from);
    }
    volume += sixfoldVolume(positions, at);
    area += areaOf(positions, at);
    sum = (sum + edge(hashes[0], hashes[1]) + edge(hashes[1], hashes[2])) | 0;
    sum = (sum + edge(hashes[2], hashes[0])) | 0;
  }
  const size = high.map((value, axis) => value - low[axis]);
  return {
    usable: count > 0 && size.every(Number.isFinite) && area > NO_AREA * Math.max(...size) ** 2,
    triangles: count,
    size,
    low,
    volume: Math.abs(volume) / 6,
    closed: sum === 0,
  };
}

export function finite(positions, at) {
  let total = 0;
  for (let place = at; place < at + 9; place += 1) total += positions[place];
  return Number.isFinite(total);
}

// The signed volume of the tetrahedron from the origin to the triangle, times six.
export function sixfoldVolume(p, a) {
  return (
    p[a] * (p[a + 4] * p[a + 8] - p[a + 5] * p[a + 7]) +
    p[a + 1] * (p[a + 5] * p[a + 6] - p[a + 3] * p[a + 8]) +
    p[a + 2] * (p[a + 3] * p[a + 7] - p[a + 4] * p[a + 6])
  );
}

function areaOf(p, a) {
  const side = (from) => [0, 1, 2].map((axis) => p[a + from + axis] - p[a + axis]);
  const [u, v] = [side(3), side(6)];
  return Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]) / 2;
}

// In a closed mesh whose faces agree every edge is walked once each way. The two ways add the same
// number with opposite signs, so that all of them sum up to 0; for any other mesh they do so with
// a probability of 1 in 4 billion.
function edge(from, to) {
  if (from === to) return 0;
  return from < to ? mixed(from, to) : -mixed(to, from);
}

function mixed(one, other) {
  return scrambled(Math.imul(one, 0x9e3779b1) ^ scrambled(other));
}

// MurmurHash3's last step (Austin Appleby, public domain).
function scrambled(value) {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function hashOf(bits, from) {
  let hash = 0x12345678;
  for (let axis = 0; axis < 3; axis += 1) {
    const word = bits[from + axis] === 0x80000000 ? 0 : bits[from + axis]; // -0 is 0
    hash = scrambled(Math.imul(hash, 31) ^ word);
  }
  return hash >>> 0;
}
