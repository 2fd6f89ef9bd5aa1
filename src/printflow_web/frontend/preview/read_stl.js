// STL, binary or text, as printflow.inspection.stl reads it: the size decides on what a header says,
// and a facet that has not three corners is refused.
const HEADER = 84;
const RECORD = 50;
const HEAD_BYTES = 64 * 1024;
const UNCOUNTED = [0, 0xffffffff];
const FOLLOWS = ["normal", "outer", "vertex"];
const ABSURD = 1e12;

export function stlPositions(buffer) {
  const bytes = new Uint8Array(buffer);
  if (isText(bytes)) return textStl(new TextDecoder().decode(bytes));
  if (bytes.length < HEADER) throw new Error("incomplete");
  const view = new DataView(buffer);
  const said = view.getUint32(80, true);
  const records = Math.floor((bytes.length - HEADER) / RECORD);
  const rest = (bytes.length - HEADER) % RECORD;
  if (UNCOUNTED.includes(said)) return binaryStl(view, records);
  if (said > records) throw new Error("incomplete");
  if (said === records || rest) return binaryStl(view, said);
  return binaryStl(view, goesOn(view, said, records) ? records : said);
}

// Whether there are triangles beyond those that were counted, not just more bytes.
function goesOn(view, from, to) {
  let something = false;
  for (let record = from; record < Math.min(to, from + 16384); record += 1) {
    for (let place = 12; place < 48; place += 4) {
      const value = view.getFloat32(HEADER + record * RECORD + place, true);
      if (!(Math.abs(value) < ABSURD)) return false;
      if (value !== 0) something = true;
    }
  }
  return something;
}

function binaryStl(view, count) {
  const positions = new Float32Array(count * 9);
  let at = 0;
  for (let triangle = 0; triangle < count; triangle += 1) {
    const start = HEADER + triangle * RECORD + 12;
    for (let place = 0; place < 36; place += 4) {
      positions[at] = view.getFloat32(start + place, true);
      at += 1;
    }
  }
  return positions;
}

function isText(bytes) {
  let head = "";
  for (const byte of bytes.subarray(0, HEAD_BYTES)) head += String.fromCharCode(byte);
  const start = head.replace(/^\xef\xbb\xbf/, "").trimStart().toLowerCase();
  if (!start.startsWith("solid")) return false;
  if (bytes.length >= HEADER) {
    const count = new DataView(bytes.buffer, bytes.byteOffset).getUint32(80, true);
    if (!UNCOUNTED.includes(count) && bytes.length === HEADER + RECORD * count) return false;
  }
  const facet = start.indexOf("facet");
  return facet >= 0 && !start.slice(facet + 5, facet + 205).includes("\0");
}

function textStl(text) {
  const words = text.matchAll(/\S+/g);
  const numbers = [];
  let inside = false;
  let corners = 0;
  let last = "";
  const next = () => words.next().value?.[0] ?? "";
  for (let word = next(); word; word = next()) {
    const small = word.toLowerCase();
    if (!inside) {
      // A solid's name may be any words.
      inside = last === "facet" && FOLLOWS.includes(small);
      if (inside) corners = 0;
    }
    if (inside) {
      if (small === "vertex") {
        for (let axis = 0; axis < 3; axis += 1) numbers.push(numberOf(next()));
        corners += 1;
      } else if (small === "facet") throw new Error("not three corners");
      else if (small === "endfacet") {
        if (corners !== 3) throw new Error("not three corners");
        inside = false;
      }
    }
    last = small;
  }
  if (inside) throw new Error("incomplete");
  return new Float32Array(numbers);
}

function numberOf(word) {
  const value = Number(word);
  if (word === "" || (Number.isNaN(value) && !/^[-+]?(nan|inf)/i.test(word))) {
    throw new Error("not a number");
  }
  return value;
}
