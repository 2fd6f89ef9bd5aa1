// A model file as {positions, plates, …}: its triangles as one Float32Array, nine coordinates each, in the
// file's own unit (3MF: in millimeters), and where each plate of a project begins and ends in it; the rest
// is told at threeMfModel.
import { objPositions } from "./read_obj.js";
import { stlPositions } from "./read_stl.js";
import { threeMfModel } from "./three_mf.js";

// scale: what the coordinates of a file without a unit are multiplied by.
export async function modelOf(file, ending, scale = 1) {
  if (ending === ".stl") return alone(stlPositions(await file.arrayBuffer()), scale);
  if (ending === ".obj") return alone(objPositions(await file.text()), scale);
  if (ending === ".3mf") return threeMfModel(new Uint8Array(await file.arrayBuffer()));
  throw Object.assign(new Error(`no reader for ${ending}`), { name: "Foreign" });
}

function alone(positions, scale) {
  if (scale !== 1) for (let at = 0; at < positions.length; at += 1) positions[at] *= scale;
  return { positions, plates: [], colors: null, also: [], ghosts: new Float32Array(0), labels: [] };
}
