// Reads, measures and draws one model away from the page, so that the page stays quick however
// large the model is. In: open, color, turn, spin, resize, rest, follow, pins, go. Out: facts, drawn,
// undrawn, failed, moved, pinned.
import { factsOf } from "./measure.js";
import { moved } from "./plate_moves.js";
import { modelOf } from "./read_model.js";
import { Scene } from "./scene.js";

const WHY = { RangeError: "memory", Foreign: "foreign", NotFound: "unreachable", NotReadableError: "unreachable" };
let scene = null;
let wanted = {};
let pinned = false;
let moves = []; // where the plates of a project were put in the picture

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
    moves = found.moves || [];
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

  follow(message) {
    if (scene) scene.follow(message);
  },

  pins({ places }) {
    pinned = places.length > 0;
    if (scene) scene.pin(places.map((place) => moved(place, moves)));
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
function drew({ pins, camera, width, height, orbit }, leads) {
  if (leads) postMessage({ kind: "moved", side: orbit.side });
  if (pinned) postMessage({ kind: "pinned", places: pins.seen(camera, width, height) });
}

// Without a canvas, or without WebGL, the figures still stand.
function draw(canvas, positions, facts) {
  try {
    if (!canvas) throw new Error("no canvas");
    scene = new Scene(canvas, positions, facts, wanted, drew);
    postMessage({ kind: "drawn", turning: scene.turning });
  } catch {
    postMessage({ kind: "undrawn" });
  }
}

self.addEventListener("message", ({ data }) => told[data.kind](data));
