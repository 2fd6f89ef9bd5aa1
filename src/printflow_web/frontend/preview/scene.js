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
  WebGLRenderer,
} from "three";

// Where one frame takes this long, a model that turns would take the machine's breath.
const SLOW_FRAME_MS = 150;
const FIELD = Math.PI / 6; // of view, upright, in radians
const RADIANS_PER_MS = 0.0008;
const LONGEST_STEP_MS = 100;

export class Scene {
  constructor(canvas, positions, facts, look) {
    this.look = look;
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
    this.angle = -0.6;
    this.height = 0.45;
    this.turning = look.turning;
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
        this.angle += Math.min(now - this.last, LONGEST_STEP_MS) * RADIANS_PER_MS;
      }
      this.last = now;
      this.draw();
      if (this.turning) this.next();
    });
  }

  draw() {
    this.stale = false;
    // The whole sphere around the model stays in the picture, whichever side is the shorter one.
    const away = (this.radius / Math.sin(FIELD / 2)) * Math.max(1, 1 / this.camera.aspect);
    const level = Math.cos(this.height) * away;
    this.camera.position.set(
      Math.sin(this.angle) * level,
      Math.sin(this.height) * away,
      Math.cos(this.angle) * level,
    );
    this.camera.lookAt(0, 0, 0);
    this.renderer.render(this.stage, this.camera);
  }

  turn(across, down) {
    this.angle -= across;
    this.height = Math.max(-1.5, Math.min(1.5, this.height + down));
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
