// Places on the model: where each is in the picture, and a ball at the one that is looked at. What of
// the ball lies behind or within the model shows through it, faintly.
import {
  GreaterDepth,
  LessEqualDepth,
  Mesh,
  MeshBasicMaterial,
  SphereGeometry,
  Triangle,
  Vector3,
} from "three";

const BALL = 0.018; // of the model's radius
const COLOR = "#d81b60";
const NEAR = 0.55; // of the distance from which the whole model is seen
const NEXT_TO = 1e-3; // of the model's radius: surfaces this near lie at the place as much as the nearest
const SLANT = 0.45; // how much of the way out from the model's middle comes in
const LIFT = 0.15; // radians: a little from above shows more
const [LOWEST, HIGHEST] = [-1, 1.2];

export class Pins {
  // mesh: its frame is the file's own, however it is turned and moved
  constructor(mesh, positions, facts, radius) {
    this.mesh = mesh;
    this.positions = positions;
    this.radius = radius;
    this.half = facts.extent.map((side) => side / 2 || 1);
    this.places = [];
    this.balls = [
      { depthFunc: GreaterDepth, opacity: 0.75 },
      { depthFunc: LessEqualDepth, opacity: 1 },
    ].map((look, order) => {
      const paint = new MeshBasicMaterial({ color: COLOR, transparent: true, depthWrite: false, ...look });
      const ball = new Mesh(new SphereGeometry(radius * BALL, 20, 14), paint);
      ball.visible = false;
      ball.frustumCulled = false;
      ball.renderOrder = 1 + order;
      mesh.add(ball);
      return ball;
    });
  }

  // places: [[x, y, z]] in the file's own coordinates
  set(places) {
    this.places = places.map((place) => new Vector3(...place));
    this.mark(null);
  }

  mark(number) {
    const place = this.places[number];
    for (const ball of this.balls) {
      ball.visible = Boolean(place);
      if (place) ball.position.copy(place);
    }
  }

  // From where a place is seen best: before the surface that it lies on, a little from the model's outside.
  end(number) {
    const place = this.places[number];
    this.mesh.updateWorldMatrix(true, false);
    const target = this.mesh.localToWorld(place.clone());
    const out = place.clone().add(this.mesh.position);
    out.set(...out.toArray().map((value, axis) => value / this.half[axis])).clampLength(0, 1);
    const way = facing(this.positions, place, out, this.radius * NEXT_TO).addScaledVector(out, SLANT);
    if (way.lengthSq() < 1e-6) return { near: NEAR, target };
    way.transformDirection(this.mesh.matrixWorld);
    const height = Math.asin(Math.max(-1, Math.min(1, way.y)));
    const upright = Math.hypot(way.x, way.z) < 0.05;
    return {
      near: NEAR,
      target,
      height: Math.max(LOWEST, Math.min(HIGHEST, height + LIFT)),
      ...(upright ? {} : { angle: Math.atan2(way.x, way.z) }),
    };
  }

  // Where each place is in a picture of this size, in its pixels, and whether it is on the far side.
  seen(camera, width, height) {
    this.mesh.updateWorldMatrix(true, false);
    const middle = this.mesh.localToWorld(this.mesh.position.clone().negate());
    return this.places.map((place) => {
      const world = this.mesh.localToWorld(place.clone());
      const far = world.clone().sub(middle).dot(camera.position.clone().sub(middle)) < 0;
      const { x, y } = world.project(camera);
      return { x: ((x + 1) / 2) * width, y: ((1 - y) / 2) * height, far };
    });
  }
}

// The way that the surface nearest to a place faces; of several that are as near, the one most outward.
export function facing(positions, place, out, near) {
  const [triangle, point, normal] = [new Triangle(), new Vector3(), new Vector3()];
  const distances = new Float32Array(positions.length / 9);
  let nearest = Infinity;
  for (let at = 0, one = 0; at < positions.length; at += 9, one += 1) {
    triangle.a.fromArray(positions, at);
    triangle.b.fromArray(positions, at + 3);
    triangle.c.fromArray(positions, at + 6);
    distances[one] = triangle.closestPointToPoint(place, point).distanceTo(place);
    if (distances[one] < nearest) nearest = distances[one];
  }
  const found = new Vector3();
  let most = -Infinity;
  for (let one = 0; one < distances.length; one += 1) {
    if (!(distances[one] <= nearest + near)) continue;
    triangle.a.fromArray(positions, one * 9);
    triangle.b.fromArray(positions, one * 9 + 3);
    triangle.c.fromArray(positions, one * 9 + 6);
    const outward = triangle.getNormal(normal).dot(out);
    if (outward <= most || !normal.lengthSq()) continue;
    most = outward;
    found.copy(normal);
  }
  return found;
}
