// Where the G-code is in a file: as it is, in an archive's plate, or binary. The content decides.
import { pieces, platesOf, unpacked } from "./archive.js";
import { textOf } from "./binary.js";

// {pieces, size, plates, plate}: the G-code in pieces of bytes, its size in bytes (of binary G-code: the
// file's), and the numbers of the file's plates, [] where it has none. wanted: a plate's number; 0: the first.
// size: the file's, in bytes.
export async function sourceOf(stream, size, wanted = 0) {
  const all = pieces(stream);
  const { value: first } = await all.next();
  if (!first) return { pieces: [], size: 0, plates: [], plate: 0 };
  const file = joined(first, all);
  if (begins(first, [80, 75, 3, 4])) return plateOf(await blobOf(file), wanted);
  if (begins(first, [71, 67, 68, 69])) return { pieces: textOf(file), size, plates: [], plate: 0 };
  if (first.subarray(0, 4096).includes(0)) throw Object.assign(new Error("no text"), { name: "Foreign" });
  return { pieces: file, size, plates: [], plate: 0 };
}

async function plateOf(blob, wanted) {
  const plates = await platesOf(blob);
  if (!plates.length) throw Object.assign(new Error("no sliced plate"), { name: "Unsliced" });
  const plate = plates.find(({ number }) => number === wanted) || plates[0];
  const numbers = plates.map(({ number }) => number);
  return { pieces: unpacked(blob, plate), size: plate.size, plates: numbers, plate: plate.number };
}

async function* joined(first, rest) {
  yield first;
  yield* rest;
}

// An archive is read from its end, so that all of it has to be there.
async function blobOf(file) {
  const parts = [];
  for await (const piece of file) parts.push(piece);
  return new Blob(parts);
}

function begins(bytes, with_) {
  return with_.every((byte, at) => bytes[at] === byte);
}
