// Surfaces that lean out further than a method prints without supports: those of
// printflow.inspection.printability.overhangs that are sure to be wider than what needs none. Area by
// outline is at most the widest distance to it, so that a region of more has a place beyond reach; what may
// be a bridge must be wider than the longest one.
export function overhangs({ positions, corners, pieces, floor, limits, figures }) {
  const least = limits.overhang_degrees + figures.play_degrees;
  const above = floor + limits.layer_mm;
  const reach = limits.bridges ? figures.bridge_mm / 2 : figures.reach_mm;
  let area = 0;
  let steepest = 0;
  for (const piece of pieces) {
    if (!piece.sure) continue;
    const found = leaning(positions, piece.bodies, least, above);
    for (const region of regionsOf(positions, corners, found)) {
      if (region.seen / region.around <= reach) continue;
      area += region.area;
      steepest = Math.max(steepest, region.lean);
    }
  }
  if (area < figures.least_overhang_mm2) return [];
  return [
    {
      code: "overhang",
      severity: area > figures.much_overhang_mm2 ? "warning" : "note",
      value: steepest,
      limit: limits.overhang_degrees,
      area_mm2: area,
      volume_cm3: 0, // of supports: that takes rays
    },
  ];
}

function leaning(positions, bodies, least, above) {
  const found = [];
  for (const { triangles, turned } of bodies) {
    for (const at of triangles) {
      if (Math.min(positions[at + 2], positions[at + 5], positions[at + 8]) <= above) continue;
      const ux = positions[at + 3] - positions[at];
      const uy = positions[at + 4] - positions[at + 1];
      const uz = positions[at + 5] - positions[at + 2];
      const vx = positions[at + 6] - positions[at];
      const vy = positions[at + 7] - positions[at + 1];
      const vz = positions[at + 8] - positions[at + 2];
      const z = ux * vy - uy * vx;
      const twice = Math.sqrt((uy * vz - uz * vy) ** 2 + (uz * vx - ux * vz) ** 2 + z * z);
      const down = twice ? ((turned ? 1 : -1) * z) / twice : 0;
      const lean = (Math.asin(Math.min(1, down)) * 180) / Math.PI;
      if (lean > least) found.push({ at, lean, area: twice / 2, seen: (down * twice) / 2 });
    }
  }
  return found;
}

// Triangles that share a side are one region. Sides that only one has are its outline; all are measured
// as seen from above.
function regionsOf(positions, corners, triangles) {
  const parent = triangles.map((_, one) => one);
  const top = (one) => {
    while (parent[one] !== one) {
      parent[one] = parent[parent[one]];
      one = parent[one];
    }
    return one;
  };
  const sides = new Map();
  triangles.forEach(({ at }, one) => {
    for (let place = 0; place < 3; place += 1) {
      const [from, to] = [at + place * 3, at + ((place + 1) % 3) * 3];
      const [a, b] = [corners[from / 3], corners[to / 3]];
      const key = Math.min(a, b) * 0x80000000 + Math.max(a, b);
      const other = sides.get(key);
      if (other) {
        parent[top(one)] = top(other.one);
        other.length = 0;
        continue;
      }
      const [x, y] = [positions[to] - positions[from], positions[to + 1] - positions[from + 1]];
      sides.set(key, { one, length: Math.sqrt(x * x + y * y) });
    }
  });
  const regions = new Map();
  triangles.forEach(({ area, seen, lean }, one) => {
    const root = top(one);
    const region = regions.get(root) || { area: 0, seen: 0, around: 0, lean: 0 };
    region.area += area;
    region.seen += seen;
    region.lean = Math.max(region.lean, lean);
    regions.set(root, region);
  });
  for (const { one, length } of sides.values()) regions.get(top(one)).around += length;
  return regions.values();
}
