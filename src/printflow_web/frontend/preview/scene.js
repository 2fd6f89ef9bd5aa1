// The picture: one model, lit from above, turning slowly unless people prefer less motion.
import {
  BufferAttribute,
  BufferGeometry,
  DirectionalLight,
  Group,
  HemisphereLight,
  Mesh,
  MeshStandardMaterial,
  PerspectiveCamera,
  Scene as Stage,
  WebGLRenderer,
} from "three";

const SLOW_FRAME_MS = 60;
const TURNS_PER_MS = 0.00025;

export class Scene {
  constructor(canvas, positions, facts, look) {
    this.look = look;
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(look.ratio || 1, 2));
    this.stage = new Stage();
    this.material = new MeshStandardMaterial({
      color: look.color,
      flatShading: true, // no normals to compute or to keep
      roughness: 0.75,
      side: 2,
    });
    this.model = this.modelOf(positions, facts);
    this.stage.add(this.model, ...lights());
    this.radius = Math.hypot(...facts.size) / 2;
    this.camera = new PerspectiveCamera(32, 1, this.radius / 100, this.radius * 20);
    this.angle = -0.6;
    this.height = 0.45;
    this.slow = false;
    this.asked = false;
    this.last = 0;
    this.resize(look.width, look.height);
    const started = performance.now();
    this.draw();
    this.renderer.getContext().finish();
    this.slow = performance.now() - started > SLOW_FRAME_MS * 4;
    this.next();
  }

  modelOf(positions, facts) {
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(positions, 3));
    const mesh = new Mesh(geometry, this.material);
    mesh.frustumCulled = false;
    const middle = facts.low.map((value, axis) => -(value + facts.size[axis] / 2));
    mesh.position.set(...middle);
    const standing = new Group();
    standing.add(mesh);
    standing.rotation.x = -Math.PI / 2; // printers count z upwards
    return standing;
  }

  get turning() {
    return !this.look.still && !this.look.resting && !this.slow && !this.held;
  }

  next() {
    if (this.asked || this.look.resting) return;
    this.asked = true;
    requestAnimationFrame((now) => {
      this.asked = false;
      if (this.turning && this.last) {
        this.angle += Math.min(now - this.last, 100) * TURNS_PER_MS * 2 * Math.PI * 0.5;
      }
      this.last = now;
      this.draw();
      if (this.turning) this.next();
    });
  }

  draw() {
    const away = this.radius * 4;
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
    this.held = true; // who turns it by hand wants it to stay
    this.angle -= across;
    this.height = Math.max(-1.5, Math.min(1.5, this.height + down));
    this.next();
  }

  color(color) {
    this.material.color.set(color);
    this.next();
  }

  resize(width, height) {
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.next();
  }

  rest(resting) {
    this.look.resting = resting;
    this.last = 0;
    if (!resting) this.next();
  }
}

function lights() {
  const sun = new DirectionalLight("#ffffff", 2.2);
  sun.position.set(1, 2, 1.5);
  const fill = new DirectionalLight("#ffffff", 0.7);
  fill.position.set(-2, 0.5, -1);
  return [new HemisphereLight("#ffffff", "#8a93a5", 1.5), sun, fill];
}
