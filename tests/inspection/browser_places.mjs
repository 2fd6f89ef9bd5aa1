// Where the viewer shows places of a file, and from where: node browser_places.mjs FILE PLACES, with
// PLACES as JSON [[x, y, z], …]; a line of JSON for each: {shown, facing, boxes}.
import { openAsBlob } from "node:fs";
import { extname } from "node:path";

import { facing } from "../../src/printflow_web/frontend/preview/pins.js";
import { moved } from "../../src/printflow_web/frontend/preview/plate_moves.js";
import { modelOf } from "../../src/printflow_web/frontend/preview/read_model.js";

const [path, places] = process.argv.slice(2);
const { positions, plates, moves = [] } = await modelOf(await openAsBlob(path), extname(path));

function box([from, to]) {
  const low = [Infinity, Infinity, Infinity];
  for (let at = from; at < to; at += 1) low[at % 3] = Math.min(low[at % 3], positions[at]);
  return low;
}

for (const place of JSON.parse(places)) {
  const shown = moved(place, moves);
  const [x, y, z] = shown;
  const way = facing(positions, { x, y, z }, { x: 0, y: 0, z: 0 }, 0.01);
  console.log(JSON.stringify({ shown, facing: way.toArray(), boxes: plates.map(box) }));
}
