// Where the camera is: around which point, from which side, how near; and how it glides elsewhere.
import { Vector3 } from "three";

import { DISTANCE, MARGIN } from "./aim.js";

const FIELD = Math.PI / 6; // of view, upright, in radians
const GLIDE_MS = 700;
const STEEPEST = 1.5;
const FULL_TURN = 2 * Math.PI;
const LEAVES = 0.7; // radians from the first side on which nothing of its frame is left

export class Orbit {
  // radius: of the sphere around the model, which is wholly in the picture while near is 1
  constructor(radius) {
    this.radius = radius;
    this.angle = -0.6;
    this.height = 0.45;
    this.near = 1;
    this.target = new Vector3();
    this.glide = null;
    this.frame = null;
  }

  // As in the model's picture, {angle, height, box}; whoever turns it leaves that frame little by little.
  still(frame) {
    this.look(frame);
    this.near = 1;
    this.target.set(0, 0, 0);
    this.frame = frame;
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
    const share = this.framed();
    const whole = (this.radius / Math.sin(FIELD / 2)) * Math.max(1, 1 / camera.aspect);
    const away = whole * this.near * (1 - share) + DISTANCE * this.radius * share;
    const level = Math.cos(this.height) * away;
    camera.position.set(
      Math.sin(this.angle) * level,
      Math.sin(this.height) * away,
      Math.cos(this.angle) * level,
    );
    camera.position.add(this.target);
    camera.lookAt(this.target);
    this.cut(camera, share);
  }

  // How much of the first frame is left: 1 as it was, 0 once it was turned or moved away.
  framed() {
    if (!this.frame) return 0;
    const { angle, height } = this.frame;
    const left = 1 - Math.hypot(this.angle - angle, this.height - height) / LEAVES;
    const share = Math.max(0, Math.min(1, left, (this.near - 0.6) / 0.4));
    if (!share) this.frame = null;
    return share * share * (3 - 2 * share);
  }

  // The frame's middle in the middle, and its longer side with a margin.
  cut(camera, share) {
    const tall = Math.tan(FIELD / 2);
    const wide = tall * camera.aspect;
    const [left, right, low, high] = this.frame ? this.frame.box : [-wide, wide, -tall, tall];
    const fit = Math.min((2 * wide) / (right - left), (2 * tall) / (high - low)) * (1 - 2 * MARGIN);
    camera.zoom = 1 - share + fit * share;
    camera.updateProjectionMatrix();
    const { elements } = camera.projectionMatrix;
    elements[8] += (share * camera.zoom * (left + right)) / 2 / wide;
    elements[9] += (share * camera.zoom * (low + high)) / 2 / tall;
    camera.projectionMatrixInverse.copy(camera.projectionMatrix).invert();
  }
}

export { FIELD };
