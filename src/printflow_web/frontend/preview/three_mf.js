// The triangles of a 3MF (core specification 1.3, with the production extension's paths), in mm.
// three's own loader needs the page's DOM; here a stream parser reads the XML in the worker.
import { strFromU8, unzipSync } from "fflate";
import { Matrix4 } from "three";
import { SaxesParser } from "saxes";

import { joined } from "./joined.js";
import { readSettings } from "./printed_parts.js";

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
const GAP = 0.1; // between plates in the picture, of the widest
const START = "3D/3dmodel.model"; // where the package doesn't say
const MODEL = "http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel";

// {positions, plates, moves}: plates are [from, to] in positions, one after another; [] where the file has
// none. moves: how the plates of several were put side by side, {low, high, by} of each.
export function threeMfModel(bytes) {
  let left = MOST_BYTES;
  const parts = unzipSync(bytes, {
    filter: ({ name, originalSize }) => {
      if (!/\.(model|rels|config)$/.test(folded(name))) return false;
      left -= originalSize;
      if (left < 0) throw new RangeError("too large to unpack");
      return true;
    },
  });
  const members = new Map(Object.entries(parts).map(([name, data]) => [folded(name), data]));
  const models = new Models(members);
  const start = startOf(members);
  const main = models.get(start);
  if (!main) throw new Error("no model part");
  const text = (name) => members.has(name) && strFromU8(members.get(name));
  const settings = readSettings(
    text("metadata/slic3r_pe_model.config"),
    text("metadata/model_settings.config"),
  );
  const copies = new Map();
  const items = main.items.map((item) => {
    const copy = copies.get(item.object) || 0;
    copies.set(item.object, copy + 1);
    return { ...item, name: `${item.object} ${copy}` };
  });
  const plates = settings.plates.map(({ instances }) => items.filter(({ name }) => instances.has(name)));
  const groups = plates.some((plate) => plate.length) ? plates : [items];
  const found = groups
    .map((group) => {
      const pieces = [];
      for (const item of group.filter(({ printed }) => printed)) {
        gather(models, item.path || start, item, { found: pieces, settings, depth: 0, top: item.object });
      }
      return scaled(joined(pieces), main.scale);
    })
    .filter((positions) => positions.length);
  if (groups !== plates) return { positions: joined(found), plates: [] };
  return sideBySide(found);
}

// All plates in a row, close to each other: in the project they lie far apart.
function sideBySide(found) {
  const frames = found.map(frameOf);
  const gap = GAP * Math.max(...frames.map(({ low, high }) => high[0] - low[0]));
  let x = 0;
  let from = 0;
  const moves = [];
  const plates = found.map((positions, number) => {
    const { low, high } = frames[number];
    if (found.length > 1) {
      const by = [x - low[0], -(low[1] + high[1]) / 2, -low[2]];
      for (let at = 0; at < positions.length; at += 1) positions[at] += by[at % 3];
      moves.push({ low, high, by });
    }
    x += high[0] - low[0] + gap;
    from += positions.length;
    return [from - positions.length, from];
  });
  return { positions: joined(found), plates, moves };
}

function frameOf(positions) {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  positions.forEach((value, at) => {
    const axis = at % 3;
    if (value < low[axis]) low[axis] = value;
    if (value > high[axis]) high[axis] = value;
  });
  return { low, high };
}

// Names within a package are compared whatever their case, and with signs as they are or as %20.
function folded(name) {
  let plain = name;
  try {
    plain = decodeURIComponent(name);
  } catch {
    // a name with a % of its own
  }
  return plain.replaceAll("\\", "/").replace(/^\/+/, "").toLowerCase();
}

// The model parts, each read when it is asked for.
class Models {
  constructor(members) {
    this.members = members;
    this.read = new Map();
  }

  get(path) {
    const name = folded(path);
    if (!this.read.has(name)) {
      const content = this.members.get(name);
      this.read.set(name, content && readModel(strFromU8(content)));
    }
    return this.read.get(name);
  }
}

function startOf(members) {
  const relations = members.has("_rels/.rels") ? strFromU8(members.get("_rels/.rels")) : "";
  let target = "";
  const parser = new SaxesParser();
  parser.on("error", () => {});
  parser.on("opentag", ({ attributes: is }) => {
    if (is.Type === MODEL) target ||= is.Target;
  });
  parser.write(relations).close();
  return target || START;
}

function readModel(xml) {
  const model = { scale: 1, objects: new Map(), items: [] };
  let object = null;
  let core = null; // the prefix of the core's elements: others are an extension's own
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("doctype", () => {
    throw new Error("3MF does not allow a DTD");
  });
  parser.on("opentag", ({ name, attributes: is }) => {
    const colon = name.indexOf(":") + 1;
    core ??= name.slice(0, colon);
    if (name.slice(0, colon) !== core) return;
    const tag = name.slice(colon);
    if (tag === "model") model.scale = MILLIMETERS[is.unit || "millimeter"] || 1;
    else if (tag === "object") {
      object = { vertices: [], triangles: [], components: [], printed: is.type !== "other" };
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
    path: path ? path[1] : "",
    matrix: matrixOf(is.transform),
    printed: !["0", "false"].includes((is.printable || "1").trim().toLowerCase()),
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

function gather(models, path, { object: id, matrix }, into) {
  const object = models.get(path)?.objects.get(id);
  if (!object || !object.printed || into.depth > DEEPEST) return;
  const { settings, top } = into;
  const hidden = into.depth ? [] : settings.ranges.get(id) || [];
  if (object.triangles.length) into.found.push(placed(object, matrix, hidden));
  for (const part of object.components) {
    if (top && settings.parts.has(`${top} ${part.object}`)) continue;
    const whole = { object: part.object, matrix: new Matrix4().multiplyMatrices(matrix, part.matrix) };
    gather(models, part.path || path, whole, { ...into, depth: into.depth + 1, top: "" });
  }
}

function placed({ vertices, triangles }, matrix, hidden) {
  const { elements: m } = matrix;
  const mirrored = matrix.determinant() < 0; // which turns the triangles inside out
  const positions = new Float32Array(triangles.length * 3);
  let at = 0;
  for (let first = 0; first < triangles.length; first += 3) {
    if (hidden.some(([from, to]) => first / 3 >= from && first / 3 <= to)) continue;
    for (let corner = 0; corner < 3; corner += 1) {
      const index = triangles[first + (mirrored ? 2 - corner : corner)];
      const x = vertices[index * 3];
      const y = vertices[index * 3 + 1];
      const z = vertices[index * 3 + 2];
      positions[at] = m[0] * x + m[4] * y + m[8] * z + m[12];
      positions[at + 1] = m[1] * x + m[5] * y + m[9] * z + m[13];
      positions[at + 2] = m[2] * x + m[6] * y + m[10] * z + m[14];
      at += 3;
    }
  }
  return positions.subarray(0, at);
}

function scaled(positions, scale) {
  if (scale !== 1) positions.forEach((value, at) => (positions[at] = value * scale));
  return positions;
}
