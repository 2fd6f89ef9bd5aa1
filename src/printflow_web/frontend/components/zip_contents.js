// A ZIP's table of contents, read from the end of the file alone, and judged by the server's limits
// (printflow.archives.zip_limits). Source: PKWARE's APPNOTE, 4.3.7 to 4.3.16 and 4.5.3.
import { filled } from "./file_check.js";
import { grouped } from "./numbers.js";

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 66_000; // the last record, and a comment of the most characters
const MOST_BYTES = 1_000_000; // of the table
const ELSEWHERE = 0xffffffff;
const UTF_8 = 0x800;
const ENCRYPTED = 1;
const LINK = 0o120000;
const KIND = 0o170000;
// The upper half of DOS's code page 437, in which names are where nothing else is said.
const DOS =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

// {wrong: "" | "unreadable" | "too_many", members: [{name, raw, size, packed, method, encrypted, link,
// directory, at}]}
export async function contentsOf(file, limits) {
  try {
    return await read(file, limits);
  } catch {
    return { wrong: "unreadable", members: [] };
  }
}

async function read(file, limits) {
  const from = Math.max(0, file.size - END_BYTES);
  const view = new DataView(await file.slice(from).arrayBuffer());
  let end = view.byteLength - 4;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0 || end + 22 > view.byteLength) return { wrong: "unreadable", members: [] };
  let count = view.getUint16(end + 10, true);
  let length = view.getUint32(end + 12, true);
  let start = view.getUint32(end + 16, true);
  let tableEnd = end;
  if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR_64) {
    const record = end - 76;
    if (record < 0 || view.getUint32(record, true) !== END_64) return { wrong: "unreadable", members: [] };
    count = Number(view.getBigUint64(record + 32, true));
    length = Number(view.getBigUint64(record + 40, true));
    start = Number(view.getBigUint64(record + 48, true));
    tableEnd = record;
  }
  if (count > limits.most_members || length > MOST_BYTES) return { wrong: "too_many", members: [] };
  // Whatever stands before the archive moves all of it.
  const moved = from + tableEnd - length - start;
  if (moved < 0) return { wrong: "unreadable", members: [] };
  const members = entries(new DataView(await file.slice(start + moved, start + moved + length).arrayBuffer()), moved);
  return { wrong: members.length > limits.most_members ? "too_many" : "", members };
}

function entries(view, moved) {
  const members = [];
  for (let at = 0; at < view.byteLength; ) {
    if (view.getUint32(at, true) !== ENTRY) throw new Error("no entry");
    const flags = view.getUint16(at + 8, true);
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const raw = new Uint8Array(view.buffer, view.byteOffset + at + 46, nameBytes);
    const name = nameOf(raw, flags & UTF_8);
    const [size, packed, place] = largeNumbers(view, at, nameBytes, extraBytes);
    members.push({
      name,
      size,
      packed,
      at: place + moved,
      method: view.getUint16(at + 10, true),
      encrypted: Boolean(flags & ENCRYPTED),
      link: ((view.getUint32(at + 38, true) >>> 16) & KIND) === LINK,
      directory: name.endsWith("/"),
    });
    at += 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
  }
  return members;
}

function nameOf(raw, isUtf8) {
  const ended = raw.indexOf(0);
  const bytes = ended < 0 ? raw : raw.subarray(0, ended);
  try {
    return new TextDecoder("utf-8", { fatal: !isUtf8, ignoreBOM: true }).decode(bytes);
  } catch {
    return [...bytes].map((byte) => (byte < 128 ? String.fromCharCode(byte) : DOS[byte - 128])).join("");
  }
}

// Sizes unpacked and packed, and the place: what is too large for its field is in the extra one of ZIP64.
function largeNumbers(view, entry, nameBytes, extraBytes) {
  const found = [24, 20, 42].map((field) => view.getUint32(entry + field, true));
  const extra = entry + 46 + nameBytes;
  for (let at = extra; at + 4 <= extra + extraBytes; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let value = at + 4;
    found.forEach((number, place) => {
      if (number !== ELSEWHERE) return;
      found[place] = Number(view.getBigUint64(value, true));
      value += 8;
    });
  }
  return found;
}

// "" or the refusal, in the words for an archive of that ending.
export function archiveProblem({ wrong, members }, limits, ending) {
  const words = limits[ending];
  if (wrong) return words[wrong];
  const megabytes = (bytes) => grouped(Math.floor(bytes / (1 << 20)));
  const total = members.reduce((sum, { size }) => sum + size, 0);
  if (total > limits.most_bytes) return filled(words.too_large, { size: megabytes(total) });
  for (const { name: whole, size, packed, encrypted, link } of members) {
    const name = whole.slice(0, 60);
    if (/^([/\\]|[A-Za-z]:)/.test(whole) || whole.split(/[/\\]/).includes("..")) {
      return filled(words.leads_out, { name });
    }
    if (link) return filled(words.is_link, { name });
    if (encrypted) return words.password;
    const ratio = size / Math.max(1, packed);
    if (size > limits.ratio_from && ratio > limits.most_ratio) {
      return filled(words.too_dense, { ratio: grouped(Math.round(ratio)) });
    }
  }
  return "";
}

// A member's bytes as a Blob; rejects where they are damaged or more than were announced.
export async function memberOf(file, { at, size, packed, method }) {
  const head = new DataView(await file.slice(at, at + 30).arrayBuffer());
  if (head.getUint32(0, true) !== LOCAL) throw new Error("no member");
  const start = at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const bytes = file.slice(start, start + packed);
  if (method === 0) return bytes;
  const reader = bytes.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let left = size;
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    left -= value.length;
    if (left < 0) {
      await reader.cancel();
      throw new Error("more than was announced");
    }
    parts.push(value);
  }
  if (left) throw new Error("less than was announced");
  return new Blob(parts);
}

// Whether this browser unpacks all of them; what it can't is left to the server.
export function canUnpack(members) {
  return "DecompressionStream" in globalThis && members.every(({ method }) => method === 0 || method === 8);
}
