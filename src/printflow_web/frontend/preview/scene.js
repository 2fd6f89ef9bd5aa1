// The picture: one model, lit from above, turning slowly while that is wanted.
import {
  DirectionalLight,
  Group,
  HemisphereLight,
  MathUtils,
  PerspectiveCamera,
  Quaternion,
  Scene as Stage,
  Vector3,
  WebGLRenderer,
} from "three";

import { aimed } from "./aim.js";
import { Labels } from "./labels.js";
import { Painted } from "./look.js";
import { flatSide } from "./lying.js";
import { FIELD, Orbit } from "./orbit.js";
import { Pins } from "./pins.js";

// Where one frame takes this long, a model that turns would take the machine's breath.
const SLOW_FRAME_MS = 150;
const RADIANS_PER_MS = 0.0008;
const LONGEST_STEP_MS = 100;
const LAMP = 3;

export class Scene {
  // drew: told after each picture, and whether it was this picture that moved: not one it follows
  constructor(canvas, model, facts, look, drew) {
    const { positions } = model;
    this.look = look;
    this.facts = facts;
    this.positions = positions;
    this.drew = drew;
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(look.ratio || 1, 2));
    this.stage = new Stage();
    this.painted = new Painted(model, look.color);
    this.painted.paint(look.color, look.own);
    this.model = this.standing();
    this.lamp = new DirectionalLight("#ffffff", 0);
    this.stage.add(this.model, ...lights(), this.lamp);
    this.radius = Math.hypot(...facts.extent) / 2;
    this.camera = new PerspectiveCamera(MathUtils.radToDeg(FIELD), 1, this.radius / 100, this.radius * 20);
    this.orbit = new Orbit(this.radius);
    this.pins = new Pins(this.painted.mesh, positions, facts, this.radius);
    this.labels = new Labels(this.painted.mesh, model.labels);
    const side = look.laid === false || model.labels.length ? null : flatSide(positions, facts);
    this.flat = side && new Quaternion().setFromUnitVectors(new Vector3(...side), new Vector3(0, 0, -1));
    this.lay(Boolean(side));
    this.turning = look.turning;
    this.leads = false;
    this.asked = false;
    this.last = 0;
    this.resize(look.width, look.height);
    this.drawn(); // compiles and uploads
    if (this.drawn() > SLOW_FRAME_MS) this.turning = false;
    if (this.turning) this.next();
  }

  // How long a whole frame takes, in ms.
  drawn() {
    const started = performance.now();
    this.draw();
    this.renderer.getContext().finish();
    return performance.now() - started;
  }

  // The model's middle is the scene's; printers count z upwards.
  standing() {
    const { low, extent } = this.facts;
    this.painted.mesh.position.set(...low.map((value, axis) => -(value + extent[axis] / 2)));
    this.turned = new Group();
    this.turned.add(this.painted.mesh);
    const standing = new Group();
    standing.add(this.turned);
    standing.rotation.x = -Math.PI / 2;
    return standing;
  }

  // On its large flat side, if it has one to be laid on, or as in the file; seen from its best side.
  lay(laid) {
    this.turned.quaternion.copy(laid && this.flat ? this.flat : new Quaternion());
    const turn = (point) => new Vector3(...point).applyQuaternion(this.turned.quaternion).toArray();
    this.orbit.still(aimed(this.positions, this.facts, turn));
    this.next();
  }

  // Draws with the next frame; while nobody sees it, once it is seen again.
  next() {
    this.stale = true;
    if (this.asked || this.look.resting) return;
    this.asked = true;
    requestAnimationFrame((now) => {
      this.asked = false;
      if (this.turning && this.last) {
        this.orbit.angle += Math.min(now - this.last, LONGEST_STEP_MS) * RADIANS_PER_MS;
      }
      this.last = now;
      const gliding = this.orbit.step(now);
      if (this.turning || gliding) this.leads = true;
      this.draw();
      if (this.turning || gliding) this.next();
    });
  }

  draw() {
    this.stale = false;
    this.orbit.put(this.camera);
    this.lightFromBelow();
    this.renderer.render(this.stage, this.camera);
    this.drew(this, this.leads);
    this.leads = false;
  }

  // Whoever looks at a model from below brings a lamp: the lab's light comes from above.
  lightFromBelow() {
    const towards = this.camera.getWorldDirection(new Vector3());
    this.lamp.intensity = LAMP * Math.max(0, towards.y);
    this.lamp.position.copy(towards).negate();
  }

  turn(across, down) {
    this.orbit.turn(across, down);
    this.leads = true;
    this.next();
  }

  // As another picture looks, or at the same scale as it. leads: the other is to follow this one.
  follow({ side, radius, leads = false }) {
    this.leads ||= leads;
    this.orbit.frame = null;
    if (side) this.orbit.look(side);
    if (radius) {
      this.orbit.radius = radius;
      this.camera.far = radius * 20;
      this.camera.updateProjectionMatrix();
    }
    this.next();
  }

  pin(places) {
    this.pins.set(places);
    this.next();
  }

  // At one of the pinned places, or with none at the whole model again.
  goTo(number, still) {
    this.pins.mark(number);
    const whole = { near: 1, target: new Vector3() };
    this.orbit.go(number === null ? whole : this.pins.end(number), still);
    this.leads = true;
    this.next();
  }

  spin(turning) {
    this.turning = turning;
    this.last = 0;
    this.next();
  }

  color(color, own) {
    this.painted.paint(color, own);
    this.next();
  }

  resize(width, height) {
    if (!width || !height || (width === this.width && height === this.height)) return;
    this.width = width;
    this.height = height;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.next();
  }

  rest(resting) {
    this.look.resting = resting;
    this.last = 0;
    if (this.turning || this.stale) this.next();
  }
}

function lights() {
  const sun = new DirectionalLight("#ffffff", 1.9);
  sun.position.set(1, 2, 1.5);
  const fill = new DirectionalLight("#ffffff", 0.4);
  fill.position.set(-2, 0.5, -1);
  return [new HemisphereLight("#ffffff", "#5d6472", 1.3), sun, fill];
}
