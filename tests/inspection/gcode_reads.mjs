// What the preview of G-code reads of files: node gcode_reads.mjs FOLDER, a line of JSON for each.
import { openAsBlob, readdirSync } from "node:fs";
import { join } from "node:path";

import { rangesOf } from "../../src/printflow_web/frontend/gcode/detail.js";
import { KINDS } from "../../src/printflow_web/frontend/gcode/kinds.js";
import { Parser } from "../../src/printflow_web/frontend/gcode/parser.js";
import { sourceOf } from "../../src/printflow_web/frontend/gcode/source.js";

const folder = process.argv[2];
const PIECE = Number(process.argv[3]) || 7919; // a prime: pieces end anywhere in a line
for (const name of readdirSync(folder).sort()) {
  let said;
  try {
    said = await read(await openAsBlob(join(folder, name)), Number(/plate(\d)/.exec(name)?.[1]));
  } catch (error) {
    said = { why: `${error.name}: ${error.message}` };
  }
  console.log(JSON.stringify({ name, ...said }));
}

async function read(blob, plate) {
  const source = await sourceOf(blob.stream(), blob.size, plate);
  const parser = new Parser();
  for await (const piece of source.pieces) {
    for (let at = 0; at < piece.length; at += PIECE) parser.push(piece.subarray(at, at + PIECE));
  }
  const { blocks, layers, kinds, ...print } = parser.finish();
  const counts = Object.fromEntries(KINDS.map(({ name }, at) => [name, kinds[at]]).filter(([, count]) => count));
  const first = blocks.length ? [...blocks[0].subarray(0, 7)].map((one) => Math.round(one * 1000) / 1000) : [];
  const few = layers.zs.length ? rangesOf(layersOf(layers, print.count), 0, layers.zs.length - 1, 0xffff, 10) : null;
  return { ...print, kinds: counts, layers, first, few, plates: source.plates, plate: source.plate };
}

function layersOf(layers, count) {
  return { ...layers, starts: [...layers.starts, count] };
}
