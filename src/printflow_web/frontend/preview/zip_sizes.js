// A ZIP whose directory has plain sizes. .NET's packages (3D Builder, Paint 3D) have them in the extra
// field of ZIP64, however small they are, and fflate looks there in archives of over 4 GB alone.
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const ZIP64 = 1;
const ELSEWHERE = 0xffffffff;

// The same bytes, changed in place. Source: PKWARE's APPNOTE, 4.3.12 and 4.5.3.
export function withPlainSizes(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0) return bytes;
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== ENTRY) break;
    const name = view.getUint16(at + 28, true);
    const extra = view.getUint16(at + 30, true);
    plain(view, at, at + ENTRY_BYTES + name, extra);
    at += ENTRY_BYTES + name + extra + view.getUint16(at + 32, true);
  }
  return bytes;
}

function plain(view, entry, from, length) {
  for (let at = from; at + 4 <= Math.min(from + length, view.byteLength); ) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === ZIP64) {
      let value = at + 4;
      // Sizes unpacked and packed, and the place: in this order, those that are needed.
      for (const field of [entry + 24, entry + 20, entry + 42]) {
        if (view.getUint32(field, true) !== ELSEWHERE || value + 8 > at + 4 + size) continue;
        if (!view.getUint32(value + 4, true)) view.setUint32(field, view.getUint32(value, true), true);
        value += 8;
      }
    }
    at += 4 + size;
  }
}
