// Binary G-code (.bgcode) as Prusa's libbgcode specifies it, version 1: block by block back to text.
import { unzlibSync } from "fflate";

const GCODE = 1;
const THUMBNAIL = 5;
const LARGEST = 4_000_000; // bytes of a block, packed or not; slicers write 64 kB
const HEATSHRINK = { 2: [11, 4], 3: [12, 4] };

// The text in pieces of bytes; pieces: of the file. Metadata comes as comments, as in plain G-code.
export async function* textOf(pieces) {
  const file = new Taken(pieces);
  const head = viewOf(await file.take(10));
  if (head.getUint32(4, true) !== 1) throw new Error("an unknown version of binary G-code");
  const checksum = head.getUint16(8, true) ? 4 : 0;
  for (let start = await file.take(4, true); start !== null; start = await file.take(4, true)) {
    const kind = viewOf(start).getUint16(0, true);
    const compression = viewOf(start).getUint16(2, true);
    const size = viewOf(await file.take(4)).getUint32(0, true);
    const stored = compression ? viewOf(await file.take(4)).getUint32(0, true) : size;
    if (Math.max(size, stored) > LARGEST) throw new Error("a block that is too large");
    const encoding = viewOf(await file.take(kind === THUMBNAIL ? 6 : 2)).getUint16(0, true);
    const data = await file.take(stored);
    await file.take(checksum);
    if (kind === THUMBNAIL) continue;
    const plain = unpacked(data, compression, size);
    if (kind === GCODE) yield encoding ? meatless(plain) : plain;
    else yield comments(plain);
  }
}

function unpacked(data, compression, size) {
  if (!compression) return data;
  if (compression === 1) return unzlibSync(data, { out: new Uint8Array(size) });
  const [window, length] = HEATSHRINK[compression] || [];
  if (!window) throw new Error("packed in an unknown way");
  return unshrunk(data, window, length, size);
}

// Heatshrink: a bit says whether a byte follows or what to repeat (how far back, how much).
export function unshrunk(data, window, length, size) {
  const out = new Uint8Array(size);
  let made = 0;
  let at = 0;
  let held = 0;
  let bits = 0;
  const next = (count) => {
    while (bits < count) {
      if (at >= data.length) return -1;
      held = ((held << 8) | data[at]) & 0xffffff;
      at += 1;
      bits += 8;
    }
    bits -= count;
    return (held >> bits) & ((1 << count) - 1);
  };
  while (made < size) {
    const literal = next(1);
    if (literal < 0) break;
    if (literal) {
      const byte = next(8);
      if (byte < 0) break;
      out[made] = byte;
      made += 1;
      continue;
    }
    const back = next(window) + 1;
    const count = next(length) + 1;
    if (!back || !count || back > made) throw new Error("a damaged block");
    for (let left = count; left && made < size; left -= 1, made += 1) out[made] = out[made - back];
  }
  if (made < size) throw new Error("a block that is cut short");
  return out;
}

const TABLE = new TextEncoder().encode("0123456789. \nGX\0");
const SPACE = 11;
const FULL = 15;
const [NO_SPACES, SPACES, RESET, OFF, ON] = [247, 246, 249, 250, 251];

// MeatPack: two characters in a byte, lower half first; 0xFF twice begins a command.
export function meatless(data) {
  const out = new Uint8Array(data.length * 2 + 2);
  let made = 0;
  let packing = false;
  let spaces = true;
  let signals = 0;
  let awaited = 0; // characters that follow as they are
  let behind = -1; // what comes after the first of them
  const put = (byte) => (out[made++] = byte);
  const half = (code) => (code === SPACE && !spaces ? 69 : TABLE[code]);
  const take = (byte) => {
    if (!packing) put(byte);
    else if (awaited) {
      put(byte);
      awaited -= 1;
      if (behind >= 0) put(behind);
      behind = -1;
    } else {
      const low = byte & 15;
      const high = byte >> 4;
      if (low === FULL) {
        awaited = high === FULL ? 2 : 1;
        if (high !== FULL) behind = half(high);
      } else {
        put(half(low));
        if (TABLE[low] === 10) return; // the other half only fills the byte
        if (high === FULL) awaited = 1;
        else put(half(high));
      }
    }
  };
  for (const byte of data) {
    if (byte === 255) {
      signals += 1;
      continue;
    }
    if (signals >= 2) {
      if (byte === ON) packing = true;
      else if (byte === OFF || byte === RESET) packing = false;
      else if (byte === NO_SPACES) spaces = false;
      else if (byte === SPACES) spaces = true;
    } else {
      if (signals) take(255);
      take(byte);
    }
    signals = 0;
  }
  return out.subarray(0, made);
}

// "estimated printing time (normal mode)=1h 2m" as slicers write it into plain G-code.
function comments(data) {
  const lines = new TextDecoder().decode(data).split("\n").filter((line) => line.includes("="));
  const text = lines.map((line) => `; ${line.replace(/\s*=\s*/, " = ")}\n`).join("");
  return new TextEncoder().encode(text);
}

// Takes exactly so many bytes at a time out of pieces of any size.
class Taken {
  constructor(pieces) {
    this.pieces = pieces[Symbol.asyncIterator]();
    this.rest = new Uint8Array(0);
  }

  // null at the end of the file, where that may be.
  async take(count, mayEnd = false) {
    const out = new Uint8Array(count);
    let made = 0;
    while (made < count) {
      if (!this.rest.length) {
        const { done, value } = await this.pieces.next();
        if (done && mayEnd && !made) return null;
        if (done) throw new Error("cut short");
        this.rest = value;
      }
      const part = this.rest.subarray(0, count - made);
      out.set(part, made);
      made += part.length;
      this.rest = this.rest.subarray(part.length);
    }
    return out;
  }
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
