// Wavefront OBJ, as printflow.inspection.obj reads it: faces of any number of corners, concave ones,
// too, before or behind their corners.
import { triangulated } from "./polygons.js";

export function objPositions(text) {
  const points = [];
  const faces = [];
  const whole = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n").replace(/\\\n/g, " ");
  for (const line of whole.split("\n")) {
    const words = line.split("#", 1)[0].trim().split(/\s+/);
    if (words[0] === "v") points.push(...corner(words));
    else if (words[0] === "f" && words.length > 3) faces.push(faceOf(words, points.length / 3));
  }
  const found = [];
  for (const face of faces) {
    if (face.some((one) => !(one >= 0 && one * 3 < points.length))) throw new Error("no such corner");
    for (const one of triangulated(points, face)) {
      found.push(points[one * 3], points[one * 3 + 1], points[one * 3 + 2]);
    }
  }
  return new Float32Array(found);
}

function corner(words) {
  const place = words.slice(1, 4).map(Number);
  if (place.length < 3) throw new Error("not a corner");
  return place;
}

// Indices count from 1, or from the end; there is no corner 0.
function faceOf(words, known) {
  return words.slice(1).map((word) => {
    const number = Number.parseInt(word, 10);
    return number >= 0 ? number - 1 : known + number;
  });
}
