// The triangles of a 3MF (core specification 1.3, with the production extension's paths), in mm.
// three's own loader needs the page's DOM; here a stream parser reads the XML in the worker.
import { NONE, ofSlot, resolved } from "./colors.js";
import { joined } from "./joined.js";
import { readSettings } from "./printed_parts.js";
import { piecesOf } from "./three_mf_build.js";
import { Package } from "./three_mf_package.js";

const GAP = 0.1; // between plates in the picture, of the widest

// {positions, plates, moves, colors, also, ghosts, labels}: plates are [from, to] in positions, one after
// another; [] where the file has none. moves: how the plates of several were put side by side, {low, high,
// by} of each. colors: of each triangle, or null; also: more colors, of parts of triangles. ghosts:
// positions of what is not printed. labels: {number, name, at, wide} of each plate of several.
export function threeMfModel(bytes) {
  const box = new Package(bytes);
  const main = box.get(box.start);
  if (!main) throw new Error("no model part");
  const settings = readSettings((name) => box.text(`metadata/${name}`));
  const copies = new Map();
  const items = main.items.map((item) => {
    const copy = copies.get(item.object) || 0;
    copies.set(item.object, copy + 1);
    return { ...item, name: `${item.object} ${copy}` };
  });
  const on = ({ number, name, instances }) => {
    return { number, name, items: items.filter((item) => instances.has(item.name)) };
  };
  const plates = settings.plates.map(on);
  const listed = plates.some((plate) => plate.items.length);
  const groups = (listed ? plates : [{ items }])
    .map((plate) => ({ ...plate, ...groupOf(box, plate.items, settings, main.scale) }))
    .filter(({ positions }) => positions.length);
  const whole = listed ? sideBySide(groups) : { plates: [], moves: [], labels: [] };
  const also = [...box.models.values()].flatMap((part) => (part ? [...part.groups.also] : []));
  return {
    ...whole,
    positions: joined(groups.map(({ positions }) => positions)),
    colors: colorsOf(groups, settings.palette),
    also: also.map((slot) => resolved(ofSlot(slot), settings.palette)),
    ghosts: joined(groups.map(({ ghosts }) => ghosts)),
  };
}

function groupOf(box, items, settings, scale) {
  const pieces = items.filter(({ printed }) => printed).flatMap((item) => piecesOf(box, item, settings));
  const solid = pieces.filter(({ ghost }) => !ghost);
  const ghosts = pieces.filter(({ ghost }) => ghost);
  const whole = (some) => scaled(joined(some.map(({ positions }) => positions)), scale);
  return { positions: whole(solid), ghosts: whole(ghosts), pieces: solid };
}

function colorsOf(groups, palette) {
  const pieces = groups.flatMap((group) => group.pieces);
  if (!pieces.some(({ colors }) => colors)) return null;
  const count = pieces.reduce((sum, { positions }) => sum + positions.length / 9, 0);
  const all = new Int32Array(count).fill(NONE);
  let at = 0;
  for (const { positions, colors } of pieces) {
    if (colors) all.set(colors.map((color) => resolved(color, palette)), at);
    at += positions.length / 9;
  }
  return all.some((color) => color !== NONE) ? all : null;
}

// All plates in a row, close to each other: in the project they lie far apart.
function sideBySide(groups) {
  const frames = groups.map(({ positions }) => frameOf(positions));
  const gap = GAP * Math.max(...frames.map(({ low, high }) => high[0] - low[0]));
  const several = groups.length > 1;
  let x = 0;
  let from = 0;
  const moves = [];
  const labels = [];
  const plates = groups.map(({ positions, ghosts, number, name }, place) => {
    const { low, high } = frames[place];
    const wide = high[0] - low[0];
    if (several) {
      const by = [x - low[0], -(low[1] + high[1]) / 2, -low[2]];
      for (const some of [positions, ghosts]) {
        for (let at = 0; at < some.length; at += 1) some[at] += by[at % 3];
      }
      moves.push({ low, high, by });
      labels.push({ number, name, at: [x + wide / 2, (low[1] - high[1]) / 2, 0], wide });
    }
    x += wide + gap;
    from += positions.length;
    return [from - positions.length, from];
  });
  return { plates, moves, labels };
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

function scaled(positions, scale) {
  if (scale !== 1) positions.forEach((value, at) => (positions[at] = value * scale));
  return positions;
}
