// The plates in a .gcode.3mf: found in the ZIP's table of contents, unpacked as they are read.
const END = 22;
const LONGEST_COMMENT = 65_535;
const MOST_MEMBERS = 5000;
const GCODE = /^metadata\/plate_(\d{1,3})\.gcode$/i;

// [{number, size, packed}] by number; size in bytes as the table of contents says it.
export async function platesOf(blob) {
  const tail = await viewOf(blob, Math.max(0, blob.size - END - LONGEST_COMMENT), blob.size);
  let at = tail.byteLength - END;
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) at -= 1;
  if (at < 0) throw new Error("no table of contents");
  const count = tail.getUint16(at + 10, true);
  const length = tail.getUint32(at + 12, true);
  const start = tail.getUint32(at + 16, true);
  if (count > MOST_MEMBERS || start + length > blob.size) throw new Error("a table of contents that nobody reads");
  const plates = members(await viewOf(blob, start, start + length), count)
    .map((member) => ({ ...member, number: Number(GCODE.exec(member.name.replaceAll("\\", "/"))?.[1] || 0) }))
    .filter(({ number }) => number);
  return plates.sort((one, other) => one.number - other.number);
}

function members(table, count) {
  const found = [];
  let at = 0;
  while (found.length < count && table.getUint32(at, true) === 0x02014b50) {
    const name = new Uint8Array(table.buffer, table.byteOffset + at + 46, table.getUint16(at + 28, true));
    found.push({
      name: new TextDecoder().decode(name),
      locked: (table.getUint16(at + 8, true) & 1) === 1,
      method: table.getUint16(at + 10, true),
      packed: table.getUint32(at + 20, true),
      size: table.getUint32(at + 24, true),
      at: table.getUint32(at + 42, true),
    });
    at += 46 + name.length + table.getUint16(at + 30, true) + table.getUint16(at + 32, true);
    if (at + 46 > table.byteLength) break;
  }
  return found;
}

// The bytes of a plate, in pieces.
export async function* unpacked(blob, plate) {
  if (plate.locked || ![0, 8].includes(plate.method)) throw new Error("locked, or packed in an unknown way");
  const head = await viewOf(blob, plate.at, plate.at + 30);
  if (head.getUint32(0, true) !== 0x04034b50) throw new Error("no such member");
  const start = plate.at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  let stream = blob.slice(start, start + plate.packed).stream();
  if (plate.method === 8) stream = stream.pipeThrough(new DecompressionStream("deflate-raw"));
  let left = plate.size;
  for await (const piece of pieces(stream)) {
    left -= piece.length;
    if (left < 0) throw new Error("larger than it says");
    yield piece;
  }
}

// What a stream gives; it is told when nobody wants more.
export async function* pieces(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function viewOf(blob, from, to) {
  return new DataView(await blob.slice(from, to).arrayBuffer());
}
