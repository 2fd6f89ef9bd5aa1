// One model part of a 3MF: its objects, what is built of them, and their colors.
import { Matrix4 } from "three";
import { SaxesParser } from "saxes";

import { Groups } from "./color_groups.js";
import { NONE } from "./colors.js";

const MILLIMETERS = {
  micron: 0.001,
  millimeter: 1,
  centimeter: 10,
  inch: 25.4,
  foot: 304.8,
  meter: 1000,
};

export function readModel(xml) {
  const groups = new Groups();
  const model = { scale: 1, objects: new Map(), items: [], groups };
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
    const tag = name.slice(colon);
    if (name.slice(0, colon) !== core) {
      groups.begin(name.slice(0, Math.max(0, colon - 1)) || "-", tag, is);
      return;
    }
    if (tag === "model") {
      model.scale = MILLIMETERS[is.unit || "millimeter"] || 1;
      groups.declare(is);
    } else if (tag === "object") {
      object = { vertices: [], triangles: [], components: [], printed: is.type !== "other" };
      Object.assign(object, { own: groups.of(is.pid, is.pindex), pid: is.pid, colors: [] });
      model.objects.set(is.id, object);
    } else if (tag === "vertex" && object) object.vertices.push(+is.x, +is.y, +is.z);
    else if (tag === "triangle" && object) {
      paint(object, groups.ofTriangle(is, object.pid));
      object.triangles.push(+is.v1, +is.v2, +is.v3);
    } else if (tag === "component" && object) object.components.push(reference(is));
    else if (tag === "item") model.items.push(reference(is));
    else groups.begin("", tag, is);
  });
  parser.write(xml).close();
  return model;
}

// The next triangle's color; colors are kept from the first on that is one.
function paint({ colors, triangles }, color) {
  if (color === NONE) return;
  while (colors.length < triangles.length / 3) colors.push(NONE);
  colors.push(color);
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
