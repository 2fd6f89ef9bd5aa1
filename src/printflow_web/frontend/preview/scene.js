// The picture: one model, lit from above, turning slowly while that is wanted.
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DirectionalLight,
  DoubleSide,
  Group,
  HemisphereLight,
  LessDepth,
  MathUtils,
  Mesh,
  MeshLambertMaterial,
  PerspectiveCamera,
  Scene as Stage,
  Vector3,
  WebGLRenderer,
} from "three";

import { FIELD, Orbit } from "./orbit.js";
import { Pins } from "./pins.js";

// Where one frame takes this long, a model that turns would take the machine's breath.
const SLOW_FRAME_MS = 150;
const RADIANS_PER_MS = 0.0008;
const LONGEST_STEP_MS = 100;

export class Scene {
  // drew: told after each picture, and whether it was this picture that moved: not one it follows
  constructor(canvas, positions, facts, look, drew) {
    this.look = look;
    this.drew = drew;
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(look.ratio || 1, 2));
    this.stage = new Stage();
    this.material = new MeshLambertMaterial({
      color: shown(look.color),
      flatShading: true, // no normals to compute or to keep
      side: DoubleSide,
      depthFunc: LessDepth, // faces that lie on each other are painted once
    });
    this.model = this.modelOf(positions, facts);
    this.stage.add(this.model, ...lights());
    this.radius = Math.hypot(...facts.extent) / 2;
    this.camera = new PerspectiveCamera(MathUtils.radToDeg(FIELD), 1, this.radius / 100, this.radius * 20);
    this.orbit = new Orbit(this.radius);
    this.pins = new Pins(this.model.children[0], positions, facts, this.radius);
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

  modelOf(positions, facts) {
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    const mesh = new Mesh(geometry, this.material);
    mesh.frustumCulled = false;
    const middle = facts.low.map((value, axis) => -(value + facts.extent[axis] / 2));
    mesh.position.set(...middle);
    const standing = new Group();
    standing.add(mesh);
    standing.rotation.x = -Math.PI / 2; // printers count z upwards
    return standing;
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
    this.renderer.render(this.stage, this.camera);
    this.drew(this, this.leads);
    this.leads = false;
  }

  turn(across, down) {
    this.orbit.turn(across, down);
    this.leads = true;
    this.next();
  }

  // As another picture looks, or at the same scale as it.
  follow({ side, radius }) {
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

  color(color) {
    this.material.color.copy(shown(color));
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

// Black plastic shines a little; a black material would hide every edge.
function shown(color) {
  const { r, g, b } = new Color(color);
  return new Color(color).lerp(new Color("#ffffff"), 0.05 * (1 - Math.max(r, g, b)) ** 4);
}

function lights() {
  const sun = new DirectionalLight("#ffffff", 1.9);
  sun.position.set(1, 2, 1.5);
  const fill = new DirectionalLight("#ffffff", 0.4);
  fill.position.set(-2, 0.5, -1);
  return [new HemisphereLight("#ffffff", "#5d6472", 1.3), sun, fill];
}
