// Where the camera is: around which point, from which side, how near; and how it glides elsewhere.
import { Vector3 } from "three";

const FIELD = Math.PI / 6; // of view, upright, in radians
const GLIDE_MS = 700;
const STEEPEST = 1.5;
const FULL_TURN = 2 * Math.PI;

export class Orbit {
  // radius: of the sphere around the model, which is wholly in the picture while near is 1
  constructor(radius) {
    this.radius = radius;
    this.angle = -0.6;
    this.height = 0.45;
    this.near = 1;
    this.target = new Vector3();
    this.glide = null;
  }

  // The side it looks from, as another orbit can take it over.
  get side() {
    return { angle: this.angle, height: this.height };
  }

  look({ angle, height }) {
    this.glide = null;
    this.angle = angle;
    this.height = height;
  }

  turn(across, down) {
    const height = Math.max(-STEEPEST, Math.min(STEEPEST, this.height + down));
    this.look({ angle: this.angle - across, height });
  }

  // end: {angle, height, near, target}, what is left out stays; at once where motion isn't wanted.
  go(end, still) {
    const angle = end.angle ?? this.angle;
    const around = (((angle - this.angle + Math.PI) % FULL_TURN) + FULL_TURN) % FULL_TURN;
    const to = { ...end, height: end.height ?? this.height, angle: this.angle + around - Math.PI };
    const from = { ...this.side, near: this.near, target: this.target.clone() };
    this.glide = { from, to, since: null, lasts: still ? 0 : GLIDE_MS };
    if (still) this.step(0);
  }

  // One frame of the glide; `now` in ms. Says whether there are more to come.
  step(now) {
    if (!this.glide) return false;
    const { from, to, lasts } = this.glide;
    this.glide.since ??= now;
    const share = lasts ? Math.min(1, (now - this.glide.since) / lasts) : 1;
    const eased = share * share * (3 - 2 * share);
    for (const name of ["angle", "height", "near"]) {
      this[name] = from[name] + (to[name] - from[name]) * eased;
    }
    this.target.lerpVectors(from.target, to.target, eased);
    if (share === 1) this.glide = null;
    return share < 1;
  }

  put(camera) {
    // The whole sphere stays in the picture, whichever side is the shorter one.
    const whole = (this.radius / Math.sin(FIELD / 2)) * Math.max(1, 1 / camera.aspect);
    const away = whole * this.near;
    const level = Math.cos(this.height) * away;
    camera.position.set(
      Math.sin(this.angle) * level,
      Math.sin(this.height) * away,
      Math.cos(this.angle) * level,
    );
    camera.position.add(this.target);
    camera.lookAt(this.target);
  }
}

export { FIELD };
