// A model file's triangles as one Float32Array, nine coordinates each, in the file's own unit
// (3MF: in millimeters).
import { OBJLoader } from "three/examples/jsm/loaders/OBJLoader.js";
import { STLLoader } from "three/examples/jsm/loaders/STLLoader.js";

import { joined } from "./joined.js";
import { threeMfPositions } from "./three_mf.js";

export async function positionsOf(file, ending) {
  if (ending === ".stl") return stl(await file.arrayBuffer());
  if (ending === ".obj") return obj(await file.text());
  if (ending === ".3mf") return threeMfPositions(new Uint8Array(await file.arrayBuffer()));
  throw Object.assign(new Error(`no reader for ${ending}`), { name: "Foreign" });
}

function stl(buffer) {
  const view = new DataView(buffer);
  const said = buffer.byteLength >= 84 ? view.getUint32(80, true) : 0;
  if (84 + said * 50 === buffer.byteLength) return binaryStl(view, said);
  return new STLLoader().parse(buffer).getAttribute("position").array;
}

// By hand, because three's loader also makes normals: half as much memory again.
function binaryStl(view, count) {
  const positions = new Float32Array(count * 9);
  let at = 0;
  for (let triangle = 0; triangle < count; triangle += 1) {
    const start = 84 + triangle * 50 + 12;
    for (let place = 0; place < 36; place += 4) {
      positions[at] = view.getFloat32(start + place, true);
      at += 1;
    }
  }
  return positions;
}

function obj(text) {
  const parts = [];
  new OBJLoader().parse(text).traverse((child) => {
    if (child.isMesh) parts.push(child.geometry.getAttribute("position").array);
  });
  return joined(parts);
}
