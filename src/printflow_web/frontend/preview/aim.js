// The side that a model is looked at from at first: that of its picture, as printflow.rendering.camera
// chooses it, from the same distance and with the same frame.
const FLAT = 0.12; // a part is flat when it is lower than this share of its longer side
const SAMPLE = 20_000;
const BETTER = 1.04; // a later side must be clearly better than an earlier one
export const DISTANCE = 4.6; // of the eye from the middle, in radii
export const MARGIN = 0.045; // of the picture's side, left free

// turned: a point of the file as it stands in the picture, z up, from the model's middle. Gives {angle,
// height} in radians, and box: [left, right, low, high] of the frame, as shares of the distance.
export function aimed(positions, facts, turned) {
  const middle = facts.low.map((value, axis) => value + facts.extent[axis] / 2);
  const radius = Math.hypot(...facts.extent) / 2 || 1;
  const count = positions.length / 3;
  const points = [];
  for (let one = 0; one < count; one += Math.max(1, Math.floor(count / SAMPLE))) {
    const point = middle.map((value, axis) => (positions[one * 3 + axis] - value) / radius);
    if (point.every(Number.isFinite)) points.push(turned(point));
  }
  const extent = [0, 1, 2].map((axis) => spread(points, (point) => point[axis]));
  const flat = extent[2] < FLAT * Math.max(extent[0], extent[1]);
  const height = radians(flat ? 52 : 24);
  let best = null;
  for (const azimuth of flat ? [-20, 20] : [-35, -58, -20, 35, 58, 20]) {
    const angle = radians(azimuth);
    const box = boxOf(points, angle, height);
    const [wide, tall] = [box[1] - box[0], box[3] - box[2]];
    const fill = Math.min(wide, tall) / Math.max(wide, tall, 1e-9);
    if (!best || fill > best.fill * BETTER) best = { angle, height, box, fill };
  }
  return best;
}

function boxOf(points, angle, height) {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const forward = [sin * Math.cos(height), -cos * Math.cos(height), Math.sin(height)];
  const right = [cos, sin, 0];
  const upward = [-sin * Math.sin(height), cos * Math.sin(height), Math.cos(height)];
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (const point of points) {
    const away = DISTANCE - dot(point, forward);
    const [x, y] = [dot(point, right) / away, dot(point, upward) / away];
    if (x < box[0]) box[0] = x;
    if (x > box[1]) box[1] = x;
    if (y < box[2]) box[2] = y;
    if (y > box[3]) box[3] = y;
  }
  return box;
}

function dot(one, other) {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

function spread(points, of) {
  let [low, high] = [Infinity, -Infinity];
  for (const point of points) {
    const value = of(point);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low;
}

function radians(degrees) {
  return (degrees * Math.PI) / 180;
}
