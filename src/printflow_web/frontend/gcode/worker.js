// Reads and draws one print away from the page. In: open, range, kinds, turn, move, near, look, resize,
// rest. Out: large, progress, print, drawn, undrawn, failed.
import { Parser } from "./parser.js";
import { PrintScene } from "./scene.js";
import { sourceOf } from "./source.js";

const WHY = { RangeError: "memory", Foreign: "foreign", Unsliced: "unsliced", NotFound: "unreachable" };
const LARGE = 100_000_000; // bytes of G-code from which on people are asked first
const MEMORY_PER_BYTE = 4; // measured: 180 MB for 50 MB of G-code, here and on the graphics card
const BREATH_MS = 100;
let scene = null;
let wanted = {};
let opened = 0;

const told = {
  async open({ url, plate, anyway, canvas, look }) {
    if (canvas) wanted = { ...look, canvas };
    opened += 1;
    const mine = opened;
    try {
      const print = await read(url, plate, anyway, () => mine !== opened);
      if (print) show(print);
    } catch (error) {
      if (mine === opened) postMessage({ kind: "failed", why: WHY[error.name] || "broken" });
    }
  },
  range: ({ from, to }) => scene?.range(from, to),
  kinds: ({ shown }) => scene?.kinds(shown),
  turn: ({ across, down }) => scene?.turn(across, down),
  move: ({ right, up }) => scene?.move(right, up),
  near: ({ by }) => scene?.near(by),
  look: ({ from }) => scene?.lookFrom(from),
  resize(size) {
    wanted = { ...wanted, width: size.width, height: size.height };
    scene?.resize(size.width, size.height);
  },
  rest({ resting }) {
    wanted = { ...wanted, resting };
    scene?.rest(resting);
  },
};

async function read(url, plate, anyway, stale) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok) throw Object.assign(new Error(`status ${answer.status}`), { name: "NotFound" });
  const length = Number(answer.headers.get("content-length")) || 0;
  if (length > LARGE && !anyway) {
    answer.body.cancel();
    return large(length);
  }
  const source = await sourceOf(answer.body, length, plate);
  if (source.size > LARGE && !anyway) return large(source.size);
  const parser = new Parser();
  let done = 0;
  let last = performance.now();
  for await (const piece of source.pieces) {
    if (stale()) return null;
    parser.push(piece);
    done += piece.length;
    if (performance.now() - last > BREATH_MS) {
      last = performance.now();
      postMessage({ kind: "progress", share: source.size ? Math.min(1, done / source.size) : 0 });
    }
  }
  return stale() ? null : { ...parser.finish(), plates: source.plates, plate: source.plate };
}

function large(size) {
  postMessage({ kind: "large", size, memory: size * MEMORY_PER_BYTE });
  return null;
}

function show(print) {
  if (!print.layers.zs.length) {
    postMessage({ kind: "failed", why: "empty" });
    return;
  }
  const { blocks, ...facts } = print;
  postMessage({ kind: "print", print: facts });
  try {
    if (!wanted.canvas) throw new Error("no canvas");
    if (scene) scene.show(print);
    else {
      scene = new PrintScene(wanted.canvas, print, wanted, (whole) => postMessage({ kind: "drawn", whole }));
      wanted.canvas.addEventListener("webglcontextlost", () => postMessage({ kind: "undrawn" }));
    }
  } catch {
    postMessage({ kind: "undrawn" });
  }
}

self.addEventListener("message", ({ data }) => told[data.kind](data));
