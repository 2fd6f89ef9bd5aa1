// What may go wrong when a model is printed, as far as it can be told quickly and for sure: some of what
// printflow.inspection.printability finds, by the same limits and figures, which the page brings along. What
// takes rays through the model is left to the server, and so is what touches or overlaps.
import { overhangs } from "./overhangs.js";
import { standing } from "./standing.js";

const ORDER = ["thin_wall", "overhang", "tips", "below_layer", "closed_hollow", "separate_parts"];
const ADDED = ["closed_hollow", "tips"]; // counted on all plates

// [{code, severity, value, limit, count, area_mm2, volume_cm3, process}], as the server's findings are.
//
// found: {positions, plates}; solid: as solid.js has it; limits: of the print method; figures: what the
// checks go by.
export function adviceOn({ positions, plates }, { bodies, corners }, limits, figures) {
  const shelves = plates.length ? plates : [[0, positions.length]];
  const found = shelves.flatMap(([from, to]) => {
    const here = bodies.filter(({ triangles: [at] }) => at >= from && at < to);
    if (!here.length) return [];
    const floor = Math.min(...here.map(({ low }) => low[2]));
    const part = { positions, corners, bodies: here, pieces: piecesOf(here), floor, limits, figures };
    return [
      ...thin(part),
      ...hollows(part),
      ...(plates.length ? [] : separate(part)),
      ...(limits.needs_supports ? overhangs(part) : []),
      ...(limits.stands ? standing(part) : []),
    ];
  });
  return grouped(found).map((one) => ({
    area_mm2: 0,
    volume_cm3: 0,
    count: 1,
    ...one,
    process: limits.process,
  }));
}

// Bodies whose boxes meet may be one piece: only a body that is alone in its box is sure to be one.
function piecesOf(bodies) {
  const solid = bodies.filter(({ volume }) => volume > 0);
  const pieces = [];
  for (const body of solid) {
    const near = pieces.filter((piece) => piece.some((other) => meet(body, other)));
    const others = pieces.filter((piece) => !near.includes(piece));
    pieces.splice(0, pieces.length, ...others, [body, ...near.flat()]);
  }
  return pieces.map((piece) => ({
    sure: piece.length === 1,
    bodies: [...piece, ...bodies.filter((body) => body.volume <= 0 && piece.some((one) => meet(one, body)))],
    low: [0, 1, 2].map((axis) => Math.min(...piece.map(({ low }) => low[axis]))),
    high: [0, 1, 2].map((axis) => Math.max(...piece.map(({ high }) => high[axis]))),
  }));
}

function meet(one, other) {
  const play = 0.01;
  return [0, 1, 2].every(
    (axis) => one.low[axis] <= other.high[axis] + play && other.low[axis] <= one.high[axis] + play,
  );
}

// Pieces that are too thin from end to end: standing as walls, or lying flat.
function thin({ pieces, limits, figures }) {
  const { layer_mm: layer, wall_mm: wall } = limits;
  const { play_mm: play, flat_layers: layers, least_thin_mm2: least } = figures;
  const found = [];
  for (const { sure, low, high } of pieces) {
    if (!sure) continue;
    const [x, y, z] = low.map((value, axis) => high[axis] - value);
    const across = Math.min(x, y);
    if (across < wall - play && Math.max(x, y) * z >= least) {
      const lost = across < wall / 2 - play;
      found.push({ code: "thin_wall", severity: lost ? "warning" : "note", value: across, limit: wall });
    }
    if (x * y < least) continue;
    if (z < layer - play) found.push({ code: "below_layer", severity: "note", value: z, limit: layer });
    else if (z < layers * layer - play) {
      found.push({ code: "thin_wall", severity: "note", value: z, limit: layers * layer });
    }
  }
  return found;
}

function hollows({ bodies, limits, figures }) {
  const inside = bodies.map(({ volume }) => -volume).filter((volume) => volume > figures.least_hollow_mm3);
  if (!inside.length) return [];
  return [
    {
      code: "closed_hollow",
      severity: limits.process === "filament" ? "note" : "warning",
      value: Math.max(...inside) / 1000,
      limit: 0,
      count: inside.length,
      volume_cm3: inside.reduce((sum, volume) => sum + volume, 0) / 1000,
    },
  ];
}

function separate({ pieces }) {
  if (pieces.length < 2 || !pieces.every(({ sure }) => sure)) return [];
  const count = pieces.length;
  return [{ code: "separate_parts", severity: "note", value: count, limit: 1, count }];
}

// One of each code, as the server says it: the worst, with what is counted of all.
function grouped(found) {
  return ORDER.flatMap((code) => {
    const alike = found.filter((one) => one.code === code);
    if (!alike.length) return [];
    const warned = alike.some(({ severity }) => severity === "warning");
    const [worst] = alike
      .filter(({ severity }) => !warned || severity === "warning")
      .sort((one, other) => badness(other) - badness(one));
    const all = { ...worst };
    for (const name of ["area_mm2", "volume_cm3"]) {
      if (name in worst) all[name] = alike.reduce((sum, one) => sum + one[name], 0);
    }
    if (ADDED.includes(code)) all.count = alike.reduce((sum, one) => sum + one.count, 0);
    return [all];
  });
}

function badness({ code, value, limit, area_mm2: area = 0 }) {
  return ["thin_wall", "below_layer"].includes(code) ? -value / limit : Math.max(area, value);
}
