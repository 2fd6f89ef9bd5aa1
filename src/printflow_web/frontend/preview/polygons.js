// A face of any number of corners as triangles, concave ones, too, as printflow.inspection.polygons
// cuts them: a fan where it is convex, else ears are cut off in the plane that it faces most. Every
// corner is kept, even one on a straight side: the neighbor's corner lies there.
const MOST_CORNERS = 5000;

// points: flat coordinates; face: corners by number. Gives three numbers for each triangle.
export function triangulated(points, face) {
  if (face.length === 3) return face;
  const plane = flattened(points, face);
  const fan = [];
  for (let at = 1; at + 1 < face.length; at += 1) fan.push(0, at, at + 1);
  const cut = isConvex(plane) ? fan : withoutEars(plane);
  return cut.map((place) => face[place]);
}

function flattened(points, face) {
  const corners = face.map((one) => [points[one * 3], points[one * 3 + 1], points[one * 3 + 2]]);
  const [first] = corners;
  const normal = [0, 0, 0];
  corners.forEach((corner, place) => {
    const next = corners[(place + 1) % corners.length];
    const a = corner.map((value, axis) => value - first[axis]);
    const b = next.map((value, axis) => value - first[axis]);
    for (let axis = 0; axis < 3; axis += 1) {
      const [one, two] = [(axis + 1) % 3, (axis + 2) % 3];
      normal[axis] += a[one] * b[two] - a[two] * b[one];
    }
  });
  const sizes = normal.map(Math.abs);
  const axis = sizes.indexOf(Math.max(...sizes));
  const sides = [(axis + 1) % 3, (axis + 2) % 3];
  if (normal[axis] < 0) sides.reverse();
  return corners.map((corner) => sides.map((side) => corner[side]));
}

function twice(a, b, c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function isConvex(plane) {
  const count = plane.length;
  return plane.every(
    (corner, at) =>
      twice(plane[(at + count - 1) % count], corner, plane[(at + 1) % count]) >= 0 &&
      twice(plane[0], corner, plane[(at + 1) % count]) >= 0,
  );
}

function withoutEars(plane) {
  if (plane.length > MOST_CORNERS) throw new RangeError("too many corners");
  const left = plane.map((_, place) => place);
  const cut = [];
  let at = 0;
  let failed = 0;
  while (left.length > 3) {
    const count = left.length;
    const ear = [left[(at + count - 1) % count], left[at % count], left[(at + 1) % count]];
    // Where none is an ear, the outline crosses itself: any cut is as good.
    if (failed > count || isEar(plane, left, ear)) {
      cut.push(...ear);
      left.splice(at % count, 1);
      at %= left.length;
      failed = 0;
    } else {
      at = (at + 1) % count;
      failed += 1;
    }
  }
  return [...cut, ...left];
}

function isEar(plane, left, ear) {
  const [a, b, c] = ear.map((place) => plane[place]);
  if (twice(a, b, c) <= 0) return false;
  return !left.some((place) => {
    if (ear.includes(place)) return false;
    const other = plane[place];
    if ([a, b, c].some((one) => one[0] === other[0] && one[1] === other[1])) return false;
    return twice(a, b, other) >= 0 && twice(b, c, other) >= 0 && twice(c, a, other) >= 0;
  });
}
