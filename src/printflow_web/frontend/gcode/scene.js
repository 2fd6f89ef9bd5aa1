// The picture of a print. A line is drawn as a strip that always faces the viewer and is shaded as if
// round. The card looks a line's ends up in a texture by the number of the corner: only ranges of numbers
// and a set of bits change with a slider. Where a machine draws slowly, detail.js says what is left out.
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  DoubleSide,
  FloatType,
  GLSL3,
  LineBasicMaterial,
  LineSegments,
  MathUtils,
  Mesh,
  PerspectiveCamera,
  RGBAFormat,
  Scene as Stage,
  ShaderMaterial,
  Vector3,
  WebGLRenderer,
} from "three";

import { rangesOf } from "./detail.js";
import { KINDS } from "./kinds.js";
import { PER_BLOCK } from "./segments.js";

const FIELD = Math.PI / 6;
const TURNING_MS = 80; // that a frame may take while something moves
const STANDING_MS = 800;
const SETTLED_MS = 250;
const MARGIN = 1.2; // for a skirt
const CELL = 10; // mm of the bed's grid
const STEEPEST = Math.PI / 2 - 0.001;
const PROBE = 10_000; // strips
const QUICK_MS = 3; // no card, however slow, needs longer for them
const ROW = 512; // pixels of a texture's row
const CORNERS = [0, 1, 2, 0, 2, 3]; // of a line's two triangles

const VERTEX = `
uniform highp sampler2D lines;
uniform int bright;
uniform int base;
uniform int shown;
uniform float pixel;
uniform float wider;
uniform int top;
uniform vec3 colors[${KINDS.length}];
out vec3 color;
out vec3 side;
out vec3 toEye;
out float across;
void main() {
  int number = gl_VertexID / 4;
  int corner = gl_VertexID - number * 4;
  int at = number * 2;
  ivec2 place = ivec2(at % ${ROW}, at / ${ROW});
  vec4 begin = texelFetch(lines, place, 0);
  int kind = int(begin.w);
  if ((shown & (1 << kind)) == 0) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    return;
  }
  vec3 stop = texelFetch(lines, place + ivec2(1, 0), 0).xyz;
  vec3 from = (modelViewMatrix * vec4(begin.xyz, 1.0)).xyz;
  vec3 to = (modelViewMatrix * vec4(stop, 1.0)).xyz;
  vec3 along = to - from;
  float size = length(along);
  along = size > 0.0 ? along / size : vec3(1.0, 0.0, 0.0);
  bool last = corner == 1 || corner == 2;
  vec3 here = last ? to : from;
  toEye = normalize(-here);
  side = cross(along, toEye);
  side = length(side) > 0.0001 ? normalize(side) : vec3(0.0, 1.0, 0.0);
  across = corner > 1 ? 1.0 : -1.0;
  float wide = max(fract(begin.w) * 5.0 * (base + number < top ? wider : 1.0), pixel * -here.z * 0.6);
  here += side * wide * across + along * wide * (last ? 0.5 : -0.5);
  color = colors[kind] * (base + number >= bright ? 1.0 : 0.62);
  gl_Position = projectionMatrix * vec4(here, 1.0);
}`;

const FRAGMENT = `
in vec3 color;
in vec3 side;
in vec3 toEye;
in float across;
out vec4 shade;
void main() {
  vec3 normal = normalize(side * across + toEye * sqrt(max(0.0, 1.0 - across * across)));
  float light = 0.5 + 0.5 * max(0.0, dot(normal, normalize(vec3(-0.35, 0.75, 0.6))));
  shade = vec4(pow(color * light, vec3(1.0 / 2.2)), 1.0);
}`;

// The corners of a block's strips, by number; all blocks share it.
const STRIPS = new BufferAttribute(
  Uint32Array.from({ length: PER_BLOCK * CORNERS.length }, (_, at) => {
    return Math.floor(at / CORNERS.length) * 4 + CORNERS[at % CORNERS.length];
  }),
  1,
);

// Without a graphics card, smooth edges would cost several times as much as the picture.
function drawsInSoftware() {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

export class PrintScene {
  // drawn: told after each picture that stays, whether it has all lines.
  constructor(canvas, print, look, drawn) {
    this.isDrawn = drawn;
    this.look = look;
    const software = drawsInSoftware();
    this.renderer = new WebGLRenderer({ canvas, antialias: !software, alpha: true });
    this.ratio = software ? 1 : Math.min(look.ratio || 1, 2);
    this.renderer.setPixelRatio(this.ratio);
    this.stage = new Stage();
    this.camera = new PerspectiveCamera(MathUtils.radToDeg(FIELD), 1, 1, 1000);
    this.camera.up.set(0, 0, 1);
    this.told = {
      bright: { value: 0 },
      shown: { value: look.shown },
      pixel: { value: 0.001 },
      wider: { value: 1 },
      top: { value: 0 },
      colors: { value: KINDS.map(({ color }) => new Color(color)) },
    };
    this.asked = false;
    this.settling = 0;
    this.resize(look.width, look.height);
    this.show(print);
  }

  // Another print in the same place.
  show(print) {
    for (const { geometry, material: [material] } of this.meshes || []) {
      geometry.dispose();
      material.uniforms.lines.value.dispose();
      material.dispose();
    }
    this.stage.clear();
    this.layers = { ...print.layers, starts: [...print.layers.starts, print.count] };
    this.meshes = print.blocks.map((block, number) => this.meshOf(block, number * PER_BLOCK));
    this.stage.add(...this.meshes);
    this.frame(print.extent || { low: [0, 0, 0], high: [100, 100, 10] });
    this.lookFrom("corner");
    this.range(0, print.layers.starts.length - 1);
    clearTimeout(this.settling);
    if (!this.perMs) this.pace();
    this.stand();
  }

  stand() {
    this.draw(STANDING_MS);
    this.isDrawn(this.whole);
  }

  // How many strips are drawn in a millisecond, tried with a few.
  pace() {
    this.perMs = 1;
    this.timed(1); // compiles
    this.perMs = PROBE;
    const took = this.timed(1);
    this.perMs = took > QUICK_MS ? this.drawn / took : Infinity;
  }

  timed(milliseconds) {
    const started = performance.now();
    this.draw(milliseconds);
    const gl = this.renderer.getContext();
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); // waits until it is drawn
    return performance.now() - started;
  }

  meshOf(block, base) {
    const lines = new DataTexture(block, ROW, (PER_BLOCK * 2) / ROW, RGBAFormat, FloatType);
    lines.needsUpdate = true;
    const material = new ShaderMaterial({
      glslVersion: GLSL3,
      side: DoubleSide,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: { ...this.told, base: { value: base }, lines: { value: lines } },
    });
    const geometry = new BufferGeometry();
    geometry.setIndex(STRIPS);
    const mesh = new Mesh(geometry, [material]);
    mesh.frustumCulled = false;
    mesh.userData = { base };
    return mesh;
  }

  // The camera's aim and the bed below, from the printed model's box.
  frame({ low, high }) {
    this.middle = new Vector3(...low.map((value, axis) => (value + high[axis]) / 2));
    this.radius = Math.max(5, MARGIN * Math.hypot(...low.map((value, axis) => high[axis] - value)) / 2);
    const [x0, y0] = low.map((value) => Math.floor(value / CELL - 1) * CELL);
    const [x1, y1] = high.map((value) => Math.ceil(value / CELL + 1) * CELL);
    const points = [];
    for (let x = x0; x <= x1; x += CELL) points.push(x, y0, 0, x, y1, 0);
    for (let y = y0; y <= y1; y += CELL) points.push(x0, y, 0, x1, y, 0);
    const grid = new BufferGeometry();
    grid.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
    this.stage.add(new LineSegments(grid, new LineBasicMaterial({ color: "#8b93a3", transparent: true, opacity: 0.45 })));
  }

  // -- what is seen --------------------------------------------------------------------------------

  // Layers from and to, counted from 0, both included.
  range(from, to) {
    [this.from, this.to] = [from, to];
    const { starts } = this.layers;
    // Of a print that is cut open, the cut stands out.
    this.told.top.value = starts[to];
    this.told.bright.value = to + 2 < starts.length ? starts[to] : 0;
    this.next();
  }

  // The lines that so many milliseconds suffice for.
  choose(milliseconds) {
    const { layers, from, to } = this;
    const { ranges, wider, whole } = rangesOf(layers, from, to, this.told.shown.value, this.perMs * milliseconds);
    this.told.wider.value = wider;
    this.whole = whole;
    this.drawn = 0;
    for (const { geometry, userData: { base } } of this.meshes) {
      geometry.clearGroups();
      for (const [begin, end] of ranges) {
        const first = Math.max(0, begin - base);
        const count = Math.min(PER_BLOCK, end - base) - first;
        if (count > 0) geometry.addGroup(first * CORNERS.length, count * CORNERS.length, 0);
        this.drawn += Math.max(0, count);
      }
    }
    for (const mesh of this.meshes) mesh.visible = mesh.geometry.groups.length > 0;
  }

  kinds(shown) {
    this.told.shown.value = shown;
    this.next();
  }

  lookFrom(side) {
    this.angle = side === "top" ? -Math.PI / 2 : -0.9;
    this.tilt = side === "top" ? STEEPEST : 0.55;
    this.distance = 1;
    this.aim = this.middle.clone();
    this.next();
  }

  turn(across, down) {
    this.angle -= across;
    this.tilt = Math.max(-0.4, Math.min(STEEPEST, this.tilt + down));
    this.next();
  }

  near(by) {
    this.distance = Math.max(0.03, Math.min(4, this.distance * by));
    this.next();
  }

  // By shares of the picture's height.
  move(right, up) {
    const size = 2 * Math.tan(FIELD / 2) * this.away();
    const { elements } = this.camera.matrixWorld;
    this.aim.addScaledVector(new Vector3().fromArray(elements, 0), -right * size);
    this.aim.addScaledVector(new Vector3().fromArray(elements, 4), up * size);
    this.next();
  }

  // -- drawing -------------------------------------------------------------------------------------

  away() {
    return (this.radius / Math.sin(FIELD / 2)) * Math.max(1, 1 / this.camera.aspect) * this.distance;
  }

  next() {
    this.stale = true;
    if (this.asked || this.look.resting || !this.layers) return;
    this.asked = true;
    clearTimeout(this.settling);
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw(TURNING_MS);
      if (this.perMs === Infinity) return;
      this.settling = setTimeout(() => this.stand(), SETTLED_MS);
    });
  }

  draw(milliseconds) {
    this.stale = false;
    this.choose(milliseconds);
    const away = this.away();
    const level = Math.cos(this.tilt) * away;
    this.camera.near = Math.max(0.05, away - this.radius * 4);
    this.camera.far = away + this.radius * 6;
    this.camera.updateProjectionMatrix();
    this.camera.position.set(
      this.aim.x + Math.cos(this.angle) * level,
      this.aim.y + Math.sin(this.angle) * level,
      this.aim.z + Math.sin(this.tilt) * away,
    );
    this.camera.lookAt(this.aim);
    this.told.pixel.value = (2 * Math.tan(FIELD / 2)) / ((this.pixels || 300) * this.ratio);
    this.renderer.render(this.stage, this.camera);
  }

  resize(width, height) {
    if (!width || !height || (width === this.width && height === this.pixels)) return;
    this.width = width;
    this.pixels = height;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.next();
  }

  rest(resting) {
    this.look.resting = resting;
    if (this.stale) this.next();
  }
}
