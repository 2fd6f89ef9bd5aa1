// Reads, measures and draws one model away from the page, so that the page stays quick however
// large the model is. In: open, color, turn, spin, resize, rest, follow, pins, go, lay, advise. Out: facts,
// drawn, undrawn, failed, moved, pinned, labelled, advice.
import { adviceOn } from "./advice.js";
import { examined } from "./measure.js";
import { moved } from "./plate_moves.js";
import { modelOf } from "./read_model.js";
import { Scene } from "./scene.js";

const WHY = { RangeError: "memory", Foreign: "foreign", NotFound: "unreachable", NotReadableError: "unreachable" };
let scene = null;
let wanted = {};
let pinned = false;
let upright = false; // stood up from how it lies in the file
let looked = null; // what advice goes by
let moves = []; // where the plates of a project were put in the picture

const told = {
  async open({ model, canvas, look }) {
    wanted = look;
    let found;
    try {
      found = await modelOf(model.file || (await fetched(model.url)), model.format, model.scale);
      upright = model.up === "y";
      if (upright) standUp(found.positions);
    } catch (error) {
      postMessage({ kind: "failed", why: WHY[error.name] || "broken" });
      return;
    }
    const { facts, solid } = examined(found);
    if (!facts.usable) {
      postMessage({ kind: "failed", why: "empty" });
      return;
    }
    moves = found.moves || [];
    looked = { found, solid };
    postMessage({ kind: "facts", facts });
    draw(canvas, found, facts);
  },

  color({ color, own }) {
    wanted = { ...wanted, color, own };
    if (scene) scene.color(color, own);
  },

  lay({ laid }) {
    if (scene) scene.lay(laid);
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

  follow(message) {
    if (scene) scene.follow(message);
  },

  pins({ places }) {
    pinned = places.length > 0;
    const shown = places.map((place) => [...moved(place, moves)]);
    if (upright) shown.forEach(standUp);
    if (scene) scene.pin(shown);
  },

  // advice: null where it can't be told here
  advise({ limits, figures, asked }) {
    const { found, solid } = looked;
    postMessage({ kind: "advice", asked, advice: solid && adviceOn(found, solid, limits, figures) });
  },

  go({ number, still }) {
    if (scene) scene.goTo(number, still);
  },
};

async function fetched(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (answer.ok) return answer.blob();
  throw Object.assign(new Error(`status ${answer.status}`), { name: "NotFound" });
}

// After each picture: where the pins are in it, and from which side it looks where it moved by itself.
function drew({ pins, labels, camera, width, height, orbit }, leads) {
  if (leads) postMessage({ kind: "moved", side: orbit.side });
  if (pinned) postMessage({ kind: "pinned", places: pins.seen(camera, width, height) });
  if (labels.any) postMessage({ kind: "labelled", places: labels.seen(camera, width, height) });
}

// A model whose y points up, as the server turns it, too.
function standUp(positions) {
  for (let at = 0; at < positions.length; at += 3) {
    const y = positions[at + 1];
    positions[at + 1] = -positions[at + 2];
    positions[at + 2] = y;
  }
}

// Without a canvas, or without WebGL, the figures still stand.
function draw(canvas, model, facts) {
  try {
    if (!canvas) throw new Error("no canvas");
    scene = new Scene(canvas, model, facts, wanted, drew);
    postMessage({ kind: "drawn", turning: scene.turning, labels: model.labels, laid: Boolean(scene.flat) });
  } catch {
    postMessage({ kind: "undrawn" });
  }
}

self.addEventListener("message", ({ data }) => told[data.kind](data));
