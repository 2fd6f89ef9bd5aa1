// An item of a 3MF's build as triangles: its object, the components of that, and so on. As
// printflow.inspection.three_mf does it, what slicers say of parts and colors counts.
import { Matrix4 } from "three";

import { NONE, fill, ofSlot } from "./colors.js";

const DEEPEST = 16;

// {positions, colors, ghost} of each piece; colors: an Int32Array, or null where none has one. A ghost is
// not printed: a modifier, or what is taken away.
export function piecesOf(box, item, settings) {
  const pieces = [];
  const top = item.object;
  gather(box, item.path || box.start, item, { pieces, settings, top, depth: 0, ghost: false, slot: 0 });
  if (settings.palette.length) {
    const slot = settings.slots.get(`${top} `) || 1;
    for (const piece of pieces) filled(piece, ofSlot(slot));
  }
  return pieces;
}

function gather(box, path, { object: id, matrix }, into) {
  const object = box.get(path)?.objects.get(id);
  if (!object || into.depth > DEEPEST) return;
  const { settings, top, depth } = into;
  const ghost = into.ghost || !object.printed;
  if (object.triangles.length) {
    for (const piece of piecesOfMesh(object, matrix, depth ? null : id, settings)) {
      filled(piece, ofSlot(into.slot));
      into.pieces.push({ ...piece, ghost: ghost || piece.ghost });
    }
  }
  for (const part of object.components) {
    const name = `${top} ${part.object}`;
    const whole = { object: part.object, matrix: new Matrix4().multiplyMatrices(matrix, part.matrix) };
    const here = {
      ...into,
      depth: depth + 1,
      ghost: ghost || (depth === 0 && settings.parts.has(name)),
      slot: (depth === 0 && settings.slots.get(name)) || into.slot,
    };
    gather(box, part.path || path, whole, here);
  }
}

// An object's own triangles, those that are not printed apart; id: of one that is on the plate itself.
function piecesOfMesh(object, matrix, id, settings) {
  const count = object.triangles.length / 3;
  const colors = colorsOf(object, count, settings.palette.length ? NONE : object.own);
  const slots = (id && settings.palette.length && settings.slotRanges.get(id)) || [];
  const whole = { colors };
  for (const [from, to, slot] of slots) filled(whole, ofSlot(slot), count, from, to);
  const hidden = (id && settings.ranges.get(id)) || [];
  const isHidden = (triangle) => hidden.some(([from, to]) => triangle >= from && triangle <= to);
  const printed = placed(object, matrix, whole.colors, hidden.length ? (one) => !isHidden(one) : null);
  const pieces = [{ ...printed, ghost: false }];
  if (hidden.length) pieces.push({ ...placed(object, matrix, whole.colors, isHidden), ghost: true });
  return pieces.filter(({ positions }) => positions.length);
}

function colorsOf({ colors: listed }, count, own) {
  if (!listed.length && own === NONE) return null;
  const colors = new Int32Array(count).fill(NONE);
  colors.set(listed);
  fill(colors, own);
  return colors;
}

function filled(piece, color, count = piece.positions?.length / 9, from = 0, to = count) {
  if (color === NONE) return;
  piece.colors ??= new Int32Array(count).fill(NONE);
  fill(piece.colors, color, from, to);
}

function placed({ vertices, triangles }, matrix, listed, isWanted) {
  const { elements: m } = matrix;
  const mirrored = matrix.determinant() < 0; // which turns the triangles inside out
  const positions = new Float32Array(triangles.length * 3);
  const colors = listed && new Int32Array(triangles.length / 3);
  let at = 0;
  for (let first = 0; first < triangles.length; first += 3) {
    if (isWanted && !isWanted(first / 3)) continue;
    if (colors) colors[at / 9] = listed[first / 3];
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
  return { positions: positions.subarray(0, at), colors: colors && colors.subarray(0, at / 9) };
}
