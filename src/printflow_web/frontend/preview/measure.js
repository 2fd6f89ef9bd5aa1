// What can be told of a mesh in one pass and without memory of its own: size, volume, whether it
// is closed. Lengths in the unit of the positions, the volume in that unit cubed.

export function measure(positions) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const bits = new Uint32Array(positions.buffer, positions.byteOffset, positions.length);
  const hashes = [0, 0, 0];
  let volume = 0;
  let count = 0;
  let sum = 0;
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
    sum = (sum + edge(hashes[0], hashes[1]) + edge(hashes[1], hashes[2])) | 0;
    sum = (sum + edge(hashes[2], hashes[0])) | 0;
  }
  const size = high.map((value, axis) => value - low[axis]);
  return {
    usable: count > 0 && size.every(Number.isFinite) && Math.max(...size) > 0,
    triangles: count,
    size,
    low,
    volume: Math.abs(volume) / 6,
    closed: sum === 0,
  };
}

function finite(positions, at) {
  let total = 0;
  for (let place = at; place < at + 9; place += 1) total += positions[place];
  return Number.isFinite(total);
}

// The signed volume of the tetrahedron from the origin to the triangle, times six.
function sixfoldVolume(p, a) {
  return (
    p[a] * (p[a + 4] * p[a + 8] - p[a + 5] * p[a + 7]) +
    p[a + 1] * (p[a + 5] * p[a + 6] - p[a + 3] * p[a + 8]) +
    p[a + 2] * (p[a + 3] * p[a + 7] - p[a + 4] * p[a + 6])
  );
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
