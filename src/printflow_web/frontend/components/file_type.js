// What a file is by its first bytes, and whether it is whole: the door's own rule, asked before anything
// is sent. Figures and words are the server's (printflow.uploads.early_check): `rules` is what the page
// brought along. What takes a whole file to tell is left to the server.
import { endingOf, filled } from "./file_check.js";
import { grouped } from "./numbers.js";
import { archiveProblem, contentsOf } from "./zip_contents.js";

const SPACE = /^[\xef\xbb\xbf \t\r\n]+/;
const MARK = /^\xef\xbb\xbf/;
const HEAD_OF_TEXT = 1024;
const HEAD_OF_GCODE = 4096;
const RECORDS_AT_ONCE = 4096;

// "" where nothing is wrong, as far as a browser can tell; else the refusal.
export async function contentProblem(file, rules) {
  const ending = endingOf(file.name);
  const bytes = new Uint8Array(await file.slice(0, rules.head_bytes).arrayBuffer());
  const head = latin(bytes);
  const { kind, words } = foreignKind(bytes, head, rules);
  if (words && words !== rules.own[ending]) return otherThan(words, ending, rules);
  if (!words && rules.own[ending]) return rules.is_none[ending];
  if (ending === ".glb") return glbProblem(bytes, file.size, rules);
  if (ending === ".ply") return plyProblem(head, rules);
  if (ending === ".step" || ending === ".stp") return stepProblem(file, rules);
  if (ending === ".3mf" && kind) return threeMfProblem(file, rules);
  if (ending === ".stl") return stlProblem(file, bytes, head, rules);
  if (ending === ".obj") return looksLikeObj(head) ? "" : rules.no_obj;
  return "";
}

function latin(bytes) {
  return new TextDecoder("iso-8859-1").decode(bytes);
}

function otherThan(found, ending, rules) {
  return filled(rules.not_the_model[ending], { found });
}

function foreignKind(bytes, head, rules) {
  const start = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  for (const [magic, words] of rules.magic) {
    if (start.startsWith(magic)) return { kind: magic, words };
  }
  const text = head.slice(0, HEAD_OF_TEXT).replace(SPACE, "").toLowerCase();
  const begins = (starts) => starts.some((one) => text.startsWith(one));
  if (begins(rules.html)) return { kind: "html", words: rules.kinds.html };
  if (begins(rules.xml)) return { kind: "xml", words: rules.kinds.xml };
  const lines = head.slice(0, HEAD_OF_GCODE).split(/\r\n|\r|\n/);
  if (isText(head.slice(0, HEAD_OF_TEXT)) && lines.some((line) => rules.gcode.some((one) => line.startsWith(one)))) {
    return { kind: "gcode", words: rules.kinds.gcode };
  }
  return { kind: "", words: "" };
}

function isText(head) {
  return head !== "" && !/[\x00-\x08\x0e-\x1f]/.test(head);
}

function looksLikeObj(head) {
  const lines = head.replace(MARK, "").split(/\r\n|\r|\n/);
  return lines.some((line) => /^[ \t\v\f]*[vf][ \t]/.test(line));
}

// -- STL -------------------------------------------------------------------------------------------

function stlProblem(file, bytes, head, rules) {
  const { header, record, uncounted } = rules.stl;
  if (isAsciiStl(bytes, head, file.size, rules)) return asciiProblem(file, rules);
  if (file.size < header && !isText(head)) return cutShort(".stl", header, file.size, rules);
  if (isText(head.slice(0, HEAD_OF_TEXT))) {
    const start = head.slice(0, HEAD_OF_TEXT).replace(MARK, "").trimStart().toLowerCase();
    if (start.startsWith("solid")) return rules.no_triangles;
    return otherThan(rules.kinds.text, ".stl", rules);
  }
  const count = numberAt(bytes, 80);
  const records = Math.floor(Math.max(0, file.size - header) / record);
  if (!(uncounted.includes(count) && records)) {
    if (count === 0) return rules.no_triangles;
    const expected = header + record * count;
    if (file.size < expected) return cutShort(".stl", expected, file.size, rules);
  }
  return binaryProblem(file, rules);
}

function numberAt(bytes, at) {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

function cutShort(ending, expected, received, rules) {
  return filled(rules.cut_short[ending], { expected: grouped(expected), received: grouped(received) });
}

function isAsciiStl(bytes, head, size, rules) {
  const { header, record, uncounted, head_bytes: most } = rules.stl;
  const start = head.slice(0, most).replace(MARK, "").trimStart().toLowerCase();
  if (!start.startsWith("solid")) return false;
  if (size >= header) {
    const count = numberAt(bytes, 80);
    if (!uncounted.includes(count) && size === header + record * count) return false;
  }
  const facet = start.indexOf("facet");
  return facet >= 0 && !start.slice(facet + 5, facet + 205).includes("\0");
}

// It ends where a triangle ends.
async function asciiProblem(file, rules) {
  const tail = latin(await bytesOf(file, Math.max(0, file.size - rules.tail_bytes), file.size));
  const words = tail.toLowerCase().split(/\s+/);
  const after = words.slice(words.lastIndexOf("facet") + 1);
  if (after.includes("endfacet") || after.includes("endsolid")) return "";
  return filled(rules.stops, { line: grouped(await lineCount(file)) });
}

async function lineCount(file) {
  const step = 1 << 20;
  let count = 1;
  let last = 0;
  for (let from = 0; from < file.size; from += step) {
    const bytes = await bytesOf(file, from, from + step);
    for (const byte of bytes) if (byte === 10) count += 1;
    last = bytes[bytes.length - 1];
  }
  return last === 10 ? count - 1 : count;
}

// At least one triangle has three corners; the first one mostly has.
async function binaryProblem(file, rules) {
  const { header, record } = rules.stl;
  for (let from = header; from < file.size; from += record * RECORDS_AT_ONCE) {
    const bytes = await bytesOf(file, from, from + record * RECORDS_AT_ONCE);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + record <= bytes.length; at += record) {
      if (hasThreeCorners(view, at + 12)) return "";
    }
  }
  return rules.no_triangles;
}

function hasThreeCorners(view, at) {
  const values = Array.from({ length: 9 }, (_, place) => view.getFloat32(at + place * 4, true));
  if (!values.every(Number.isFinite)) return false;
  const alike = (one, other) => [0, 1, 2].every((axis) => values[one + axis] === values[other + axis]);
  return !alike(0, 3) && !alike(3, 6) && !alike(0, 6);
}

async function bytesOf(file, from, to) {
  return new Uint8Array(await file.slice(from, to).arrayBuffer());
}

// -- the other formats -----------------------------------------------------------------------------

function plyProblem(head, rules) {
  const counts = { vertex: 0, face: 0, tristrips: 0 };
  for (const line of head.split("end_header")[0].split(/\r\n|\r|\n/)) {
    const [element, name, count, more] = line.trim().split(/\s+/);
    if (element !== "element" || more !== undefined || !(name in counts)) continue;
    counts[name] = /^\d{1,11}$/.test(count) ? Number(count) : 0;
  }
  return counts.vertex && (counts.face || counts.tristrips) ? "" : rules.no_triangles;
}

function glbProblem(bytes, size, rules) {
  const header = 12;
  if (size < header) return cutShort(".glb", header, size, rules);
  const version = numberAt(bytes, 4);
  const expected = numberAt(bytes, 8);
  if (version !== 2) return filled(rules.other_glb, { version: grouped(version) });
  return size < expected ? cutShort(".glb", expected, size, rules) : "";
}

async function stepProblem(file, rules) {
  const tail = latin(await bytesOf(file, Math.max(0, file.size - rules.tail_bytes), file.size));
  return tail.includes(rules.step_end) ? "" : rules.no_step_end;
}

// Its table of contents is judged; what its parts hold is not.
async function threeMfProblem(file, rules) {
  const contents = await contentsOf(file, rules.archives);
  const problem = archiveProblem(contents, rules.archives, ".3mf");
  if (problem) return problem;
  const folded = contents.members.map(({ name }) => name.replaceAll("\\", "/").replace(/^\/+/, "").toLowerCase());
  const part = "_rels/.rels";
  return folded.includes(part) ? "" : filled(rules.archives[".3mf"].lacks, { part });
}
