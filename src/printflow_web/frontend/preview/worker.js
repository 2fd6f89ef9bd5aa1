// Reads, measures and draws one model away from the page, so that the page stays quick however
// large the model is. In: open, color, turn, resize, rest. Out: facts, failed.
import { measure } from "./measure.js";
import { positionsOf } from "./read_model.js";
import { Scene } from "./scene.js";

let scene = null;
let wanted = {};

const told = {
  async open({ file, ending, canvas, look }) {
    wanted = { ...look, ...wanted };
    let positions;
    try {
      positions = await positionsOf(file, ending);
    } catch (error) {
      postMessage({ kind: "failed", why: error.name === "RangeError" ? "memory" : "broken" });
      return;
    }
    const facts = measure(positions);
    if (!facts.usable) {
      postMessage({ kind: "failed", why: "empty" });
      return;
    }
    postMessage({ kind: "facts", facts });
    draw(canvas, positions, facts);
  },

  color({ color }) {
    wanted.color = color;
    if (scene) scene.color(color);
  },

  turn({ across, down }) {
    if (scene) scene.turn(across, down);
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

// Without a canvas, or without WebGL, the figures still stand.
function draw(canvas, positions, facts) {
  try {
    if (!canvas) throw new Error("no canvas");
    scene = new Scene(canvas, positions, facts, wanted);
    postMessage({ kind: "drawn", slow: scene.slow });
  } catch {
    postMessage({ kind: "undrawn" });
  }
}

self.addEventListener("message", ({ data }) => told[data.kind](data));
