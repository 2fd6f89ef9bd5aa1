// Reads, measures and draws one model away from the page, so that the page stays quick however
// large the model is. In: open, color, turn, spin, resize, rest. Out: facts, drawn, undrawn, failed.
import { factsOf } from "./measure.js";
import { modelOf } from "./read_model.js";
import { Scene } from "./scene.js";

const WHY = { RangeError: "memory", Foreign: "foreign", NotFound: "unreachable", NotReadableError: "unreachable" };
let scene = null;
let wanted = {};

const told = {
  async open({ model, canvas, look }) {
    wanted = look;
    let found;
    try {
      found = await modelOf(model.file || (await fetched(model.url)), model.format);
    } catch (error) {
      postMessage({ kind: "failed", why: WHY[error.name] || "broken" });
      return;
    }
    const facts = factsOf(found);
    if (!facts.usable) {
      postMessage({ kind: "failed", why: "empty" });
      return;
    }
    postMessage({ kind: "facts", facts });
    draw(canvas, found.positions, facts);
  },

  color({ color }) {
    wanted.color = color;
    if (scene) scene.color(color);
  },

  turn({ across, down }) {
    if (scene) scene.turn(across, down);
  },

  spin({ turning }) {
    wanted.turning = turning;
    if (scene) scene.spin(turning);
  },

  resize({ width, height }) {
    wanted = { ...wanted, width, height };
    if (scene) scene.resize(width, height);
  },

  rest({ resting }) {
    wanted.resting = resting;
    if (scene) scene.rest(resting);
  },
};

async function fetched(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (answer.ok) return answer.blob();
  throw Object.assign(new Error(`status ${answer.status}`), { name: "NotFound" });
}

// Without a canvas, or without WebGL, the figures still stand.
function draw(canvas, positions, facts) {
  try {
    if (!canvas) throw new Error("no canvas");
    scene = new Scene(canvas, positions, facts, wanted);
    postMessage({ kind: "drawn", turning: scene.turning });
  } catch {
    postMessage({ kind: "undrawn" });
  }
}

self.addEventListener("message", ({ data }) => told[data.kind](data));
