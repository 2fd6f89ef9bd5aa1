// How a piece stands on the build plate, as printflow.inspection.printability.standing has it.
const WAYS = Array.from({ length: 64 }, (_, number) => {
  const angle = (2 * Math.PI * number) / 64;
  return [Math.cos(angle), Math.sin(angle)];
});

export function standing({ positions, pieces, floor, limits, figures }) {
  const ground = floor + Math.max(figures.ground_layers * limits.layer_mm, figures.play_mm);
  const tips = [];
  for (const piece of pieces) {
    const tall = piece.high[2] - floor;
    if (tall < figures.least_tall_mm || piece.low[2] > ground) continue;
    const { area, outline } = contact(positions, piece.bodies, ground);
    const demands = [
      [outline, (tall / figures.slender) ** 2],
      [area, (tall / figures.sticking) ** 2],
    ];
    const missed = demands.find(([value, least]) => value < least);
    if (missed) tips.push(missed);
  }
  if (!tips.length) return [];
  const bad = ([value, least]) => least / Math.max(value, 1e-6);
  const [value, limit] = tips.reduce((worst, one) => (bad(one) > bad(worst) ? one : worst));
  return [{ code: "tips", severity: "warning", value, limit, count: tips.length }];
}

// What is below `ground` and faces down: its area seen from above, and that of the outline around it.
function contact(positions, bodies, ground) {
  const reach = WAYS.map(() => -Infinity);
  let area = 0;
  for (const { triangles, turned } of bodies) {
    for (const at of triangles) {
      if (Math.min(positions[at + 2], positions[at + 5], positions[at + 8]) > ground) continue;
      const corners = [0, 3, 6].map((from) => corner(positions, at + from));
      const below = under(corners, ground);
      const seen = signed(below) * (turned ? -1 : 1);
      if (seen >= 0) continue;
      area -= seen;
      for (const [x, y] of below) {
        WAYS.forEach(([u, v], way) => {
          reach[way] = Math.max(reach[way], x * u + y * v);
        });
      }
    }
  }
  return { area, outline: area > 0 ? outlined(reach) : 0 };
}

// A triangle's part up to a height.
function under(corners, ground) {
  const kept = [];
  corners.forEach((one, place) => {
    const next = corners[(place + 1) % 3];
    if (one[2] <= ground) kept.push(one);
    if (one[2] <= ground === next[2] <= ground) return;
    const share = (ground - one[2]) / (next[2] - one[2]);
    kept.push(one.map((value, axis) => value + share * (next[axis] - value)));
  });
  return kept;
}

// The area seen from above; below 0 where it faces down.
function signed(corners) {
  let twice = 0;
  corners.forEach(([x, y], place) => {
    const [u, v] = corners[(place + 1) % corners.length];
    twice += x * v - u * y;
  });
  return twice / 2;
}

// The area of an outline that reaches so far in each of the ways.
function outlined(reach) {
  const step = (2 * Math.PI) / WAYS.length;
  const points = WAYS.map(([u, v], way) => {
    const across = (reach[(way + 1) % WAYS.length] - reach[way] * Math.cos(step)) / Math.sin(step);
    return [reach[way] * u - across * v, reach[way] * v + across * u];
  });
  return Math.abs(signed(points));
}

function corner(positions, at) {
  return [positions[at], positions[at + 1], positions[at + 2]];
}
