// How a model looks: in one color, or in those of its file; what is not printed shows faintly around it.
import { BufferAttribute, BufferGeometry, Color, DoubleSide, LessDepth, Mesh, MeshLambertMaterial } from "three";

const WHITE = new Color("#ffffff");
const GHOST = 0.22; // how much of a ghost is seen
const FULL = 65535;

export class Painted {
  // model: {positions, colors, ghosts}
  constructor({ positions, colors, ghosts }, color) {
    this.colors = colors;
    this.material = new MeshLambertMaterial({
      flatShading: true, // no normals to compute or to keep
      side: DoubleSide,
      depthFunc: LessDepth, // faces that lie on each other are painted once
    });
    this.mesh = meshOf(positions, this.material);
    if (ghosts?.length) this.mesh.add(ghostOf(ghosts));
    this.paint(color, false);
  }

  // own: in the file's own colors, and in the other where it has none
  paint(color, own) {
    const { geometry } = this.mesh;
    const several = own && this.colors !== null;
    if (several) geometry.setAttribute("color", inColors(this.colors, shown(color)));
    else geometry.deleteAttribute("color");
    this.material.color.copy(several ? WHITE : shown(color));
    if (this.material.vertexColors !== several) {
      this.material.vertexColors = several;
      this.material.needsUpdate = true;
    }
  }
}

function meshOf(positions, material) {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(positions, 3));
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  return mesh;
}

function ghostOf(positions) {
  const look = { color: "#8a94a6", transparent: true, opacity: GHOST, depthWrite: false };
  const ghost = meshOf(positions, new MeshLambertMaterial({ ...look, flatShading: true, side: DoubleSide }));
  ghost.renderOrder = 1;
  return ghost;
}

function inColors(colors, otherwise) {
  const known = new Map();
  const values = new Uint16Array(colors.length * 9);
  colors.forEach((color, triangle) => {
    if (!known.has(color)) {
      const { r, g, b } = color < 0 ? otherwise : shown(`#${color.toString(16).padStart(6, "0")}`);
      known.set(color, [r, g, b].map((share) => Math.round(share * FULL)));
    }
    for (let corner = 0; corner < 3; corner += 1) values.set(known.get(color), triangle * 9 + corner * 3);
  });
  return new BufferAttribute(values, 3, true);
}

// Black plastic shines a little; a black material would hide every edge.
function shown(color) {
  const { r, g, b } = new Color(color);
  return new Color(color).lerp(WHITE, 0.05 * (1 - Math.max(r, g, b)) ** 4);
}
