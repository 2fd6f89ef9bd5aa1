// The triangles of a 3MF (core specification 1.3, with the production extension's paths), in mm.
// three's own loader needs the page's DOM; here a stream parser reads the XML in the worker.
import { strFromU8, unzipSync } from "fflate";
import { Matrix4 } from "three";
import { SaxesParser } from "saxes";

import { joined } from "./joined.js";

const MILLIMETERS = {
  micron: 0.001,
  millimeter: 1,
  centimeter: 10,
  inch: 25.4,
  foot: 304.8,
  meter: 1000,
};
const MOST_BYTES = 300_000_000; // unpacked: what a phone can bear
const DEEPEST = 16;
const START = "3D/3dmodel.model";

export function threeMfPositions(bytes) {
  let left = MOST_BYTES;
  const parts = unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      if (!name.endsWith(".model") && !name.endsWith(".rels")) return false;
      left -= originalSize;
      if (left < 0) throw new RangeError("too large to unpack");
      return true;
    },
  });
  const models = new Map();
  for (const [name, content] of Object.entries(parts)) {
    if (name.endsWith(".model")) models.set(name, readModel(strFromU8(content)));
  }
  const start = startOf(parts);
  const main = models.get(start) || models.get(START);
  if (!main) throw new Error("no model part");
  const found = [];
  for (const item of main.items) {
    gather(models, item.path || start, item.object, item.matrix, found, 0);
  }
  return scaled(joined(found), main.scale);
}

function startOf(parts) {
  const relations = parts["_rels/.rels"] ? strFromU8(parts["_rels/.rels"]) : "";
  const target = /Target="\/?([^"]+\.model)"/.exec(relations);
  return target ? target[1] : START;
}

function readModel(xml) {
  const model = { scale: 1, objects: new Map(), items: [] };
  let object = null;
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("doctype", () => {
    throw new Error("3MF does not allow a DTD");
  });
  parser.on("opentag", ({ name, attributes: is }) => {
    const tag = name.slice(name.indexOf(":") + 1);
    if (tag === "model") model.scale = MILLIMETERS[is.unit || "millimeter"] || 1;
    else if (tag === "object") {
      object = { vertices: [], triangles: [], components: [] };
      model.objects.set(is.id, object);
    } else if (tag === "vertex" && object) object.vertices.push(+is.x, +is.y, +is.z);
    else if (tag === "triangle" && object) object.triangles.push(+is.v1, +is.v2, +is.v3);
    else if (tag === "component" && object) object.components.push(reference(is));
    else if (tag === "item") model.items.push(reference(is));
  });
  parser.write(xml).close();
  return model;
}

function reference(is) {
  const path = Object.entries(is).find(([name]) => name.endsWith(":path"));
  return {
    object: is.objectid,
    path: path ? path[1].replace(/^\//, "") : "",
    matrix: matrixOf(is.transform),
  };
}

// Twelve numbers, row by row, of a matrix that multiplies row vectors (section 3.3).
function matrixOf(text) {
  const n = (text || "").trim().split(/\s+/).map(Number);
  if (n.length !== 12) return new Matrix4();
  return new Matrix4().set(
    n[0], n[3], n[6], n[9],
    n[1], n[4], n[7], n[10],
    n[2], n[5], n[8], n[11],
    0, 0, 0, 1,
  );
}

function gather(models, path, id, matrix, found, depth) {
  const object = models.get(path)?.objects.get(id);
  if (!object || depth > DEEPEST) return;
  if (object.triangles.length) found.push(placed(object, matrix));
  for (const part of object.components) {
    const whole = new Matrix4().multiplyMatrices(matrix, part.matrix);
    gather(models, part.path || path, part.object, whole, found, depth + 1);
  }
}

function placed({ vertices, triangles }, { elements: m }) {
  const positions = new Float32Array(triangles.length * 3);
  triangles.forEach((index, number) => {
    const x = vertices[index * 3];
    const y = vertices[index * 3 + 1];
    const z = vertices[index * 3 + 2];
    positions[number * 3] = m[0] * x + m[4] * y + m[8] * z + m[12];
    positions[number * 3 + 1] = m[1] * x + m[5] * y + m[9] * z + m[13];
    positions[number * 3 + 2] = m[2] * x + m[6] * y + m[10] * z + m[14];
  });
  return positions;
}

function scaled(positions, scale) {
  if (scale !== 1) positions.forEach((value, at) => (positions[at] = value * scale));
  return positions;
}
