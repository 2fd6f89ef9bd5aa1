// Reads G-code as it comes, in pieces of bytes: no line ever becomes a string, except some comments.
//
//   const parser = new Parser(); parser.push(bytes); …; const print = parser.finish();
//
// print: {blocks, count, layers: {starts, cores, zs, times}, kinds, typed, extent, time, lines, bad}; of each
// layer, the lines that are seen from outside come first, and from cores on the others.
import { arc, middleOf } from "./arcs.js";
import { Comments } from "./comments.js";
import { Extent } from "./extent.js";
import { CUSTOM, KINDS, OTHER, OUTSIDE, TRAVEL } from "./kinds.js";
import { Segments } from "./segments.js";
import { Timing } from "./timing.js";

const LONGEST_LINE = 1 << 16;
const FARTHEST = 10_000; // mm from zero: farther is no printer
const STEP = 0.02; // mm between layers where no comment tells them apart
const USUAL_WIDTH = 0.45;
const INCH = 25.4;
const [A, E, F, G, I, J, M, N, P, R, S, X, Y, Z] = [..."aefgijmnprsxyz"].map((one) => one.charCodeAt(0) - 97);

export class Parser {
  constructor() {
    this.segments = new Segments();
    this.extent = new Extent();
    this.timing = new Timing();
    this.comments = new Comments(this);
    this.carried = new Uint8Array(0);
    this.skipping = false; // to the end of a line that is no G-code
    this.values = new Float64Array(26);
    this.has = 0; // a bit for each letter with a number
    this.named = 0; // a bit for each letter
    this.x = this.y = this.z = this.e = 0; // where it is, in mm
    this.shift = { x: 0, y: 0, z: 0 }; // between that and what the file says (G92)
    this.feed = 25; // mm/s
    this.relative = this.relativeE = this.inches = false;
    this.mode = 0; // G0 to G3, for lines of coordinates alone
    this.kind = OTHER;
    this.width = USUAL_WIDTH;
    this.height = 0;
    this.typed = false;
    this.counts = new Array(KINDS.length).fill(0);
    this.starts = [];
    this.zs = [];
    this.moved = [];
    this.marked = false; // by comments
    this.opening = true;
    this.begun = 0; // the seconds when a comment said that a layer begins
    this.lines = this.bad = 0;
  }

  push(bytes) {
    let from = 0;
    if (this.skipping || this.carried.length) {
      const end = bytes.indexOf(10);
      if (end < 0) return this.carry(bytes);
      if (!this.skipping) {
        const line = this.joined(bytes.subarray(0, end));
        this.line(line, 0, line.length);
      }
      this.skipping = false;
      this.carried = new Uint8Array(0);
      from = end + 1;
    }
    for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
      this.line(bytes, from, end);
      from = end + 1;
    }
    this.carry(bytes.subarray(from));
  }

  joined(more) {
    const whole = new Uint8Array(this.carried.length + more.length);
    whole.set(this.carried);
    whole.set(more, this.carried.length);
    return whole;
  }

  carry(rest) {
    if (this.skipping) return;
    this.carried = this.joined(rest);
    if (this.carried.length > LONGEST_LINE) {
      this.carried = new Uint8Array(0);
      this.skipping = true;
      this.bad += 1;
    }
  }

  finish() {
    if (this.carried.length) this.line(this.carried, 0, this.carried.length);
    this.carried = new Uint8Array(0);
    const time = this.timing.result();
    const extent = this.extent.result();
    if (extent && !this.typed) extent.parts = 0; // a skirt may be among them
    if (extent && this.comments.objects.size) extent.parts = this.comments.objects.size;
    return {
      blocks: this.segments.blocks,
      count: this.segments.count,
      layers: { starts: this.starts, cores: this.cores(), zs: this.zs, times: this.moved.map(time.at) },
      kinds: this.counts,
      typed: this.typed,
      extent,
      time: { total: time.total, source: time.source },
      lines: this.lines,
      bad: this.bad,
    };
  }

  cores() {
    return this.starts.map((start, at) => {
      const end = at + 1 < this.starts.length ? this.starts[at + 1] : this.segments.count;
      return this.segments.part(start, end, OUTSIDE);
    });
  }

  // -- lines -------------------------------------------------------------------------------------

  line(b, from, end) {
    let at = from;
    while (at < end && b[at] <= 32) at += 1;
    if (at >= end) return;
    if (b[at] === 59) {
      this.comments.read(b, at + 1, end);
      return;
    }
    this.lines += 1;
    let letter = (b[at] | 32) - 97;
    if (letter === N) {
      at += 1;
      while (at < end && (b[at] <= 32 || (b[at] >= 48 && b[at] <= 57))) at += 1;
      letter = (b[at] | 32) - 97;
    }
    if (letter === E) this.comments.command(b, at, end);
    else if (letter === G || letter === M) {
      let code = 0;
      let digits = 0;
      at += 1;
      while (at < end && b[at] >= 48 && b[at] <= 57 && digits < 5) {
        code = code * 10 + b[at] - 48;
        at += 1;
        digits += 1;
      }
      const exact = at >= end || b[at] !== 46; // G92.1 is another command
      if (!digits) this.bad += 1;
      else if (exact && letter === G) this.g(code, b, at, end);
      else if (exact) this.m(code, b, at, end);
    } else if (letter === X || letter === Y || letter === Z) this.move(this.mode, b, at, end);
  }

  g(code, b, at, end) {
    if (code <= 3) {
      this.mode = code;
      this.move(code, b, at, end);
    } else if (code === 4) {
      this.words(b, at, end);
      const seconds = this.told(S) ? this.values[S] : this.told(P) ? this.values[P] / 1000 : 0;
      if (seconds > 0 && seconds < 86_400) this.timing.moved += seconds;
    } else if (code === 20) this.inches = true;
    else if (code === 21) this.inches = false;
    else if (code === 28) this.home(b, at, end);
    else if (code === 90) this.relative = false;
    else if (code === 91) this.relative = true;
    else if (code === 92) this.call(b, at, end);
  }

  m(code, b, at, end) {
    if (code === 82) this.relativeE = false;
    else if (code === 83) this.relativeE = true;
    else if (code === 73) {
      this.words(b, at, end);
      if (this.told(R)) this.timing.toEnd(this.values[R] * 60);
    } else if (code === 486) {
      this.words(b, at, end);
      if (this.told(S) && this.values[S] >= 0) this.comments.object(`M486 ${this.values[S]}`);
    }
  }

  told(letter) {
    return (this.has & (1 << letter)) !== 0;
  }

  // Letters with their numbers, up to a comment or a checksum.
  words(b, from, end) {
    this.has = this.named = 0;
    let at = from;
    while (at < end) {
      const byte = b[at];
      at += 1;
      if (byte <= 32) continue;
      if (byte === 59 || byte === 42 || byte === 40) break;
      const letter = (byte | 32) - 97;
      if (letter < A || letter > Z) continue;
      this.named |= 1 << letter;
      while (at < end && b[at] === 32) at += 1;
      const minus = b[at] === 45;
      if (minus || b[at] === 43) at += 1;
      let value = 0;
      let digits = 0;
      while (at < end && b[at] >= 48 && b[at] <= 57) {
        value = value * 10 + b[at] - 48;
        at += 1;
        digits += 1;
      }
      if (at < end && b[at] === 46) {
        at += 1;
        let part = 0;
        let size = 1;
        while (at < end && b[at] >= 48 && b[at] <= 57) {
          part = part * 10 + b[at] - 48;
          size *= 10;
          at += 1;
          digits += 1;
        }
        if (size > 1) value += part / size;
      }
      if (!digits) continue;
      this.values[letter] = minus ? -value : value;
      this.has |= 1 << letter;
    }
  }

  // -- moves -------------------------------------------------------------------------------------

  move(code, b, at, end) {
    this.words(b, at, end);
    const { values, shift } = this;
    const unit = this.inches ? INCH : 1;
    const { x: x0, y: y0, z: z0 } = this;
    const x = this.told(X) ? values[X] * unit + (this.relative ? x0 : shift.x) : x0;
    const y = this.told(Y) ? values[Y] * unit + (this.relative ? y0 : shift.y) : y0;
    const z = this.told(Z) ? values[Z] * unit + (this.relative ? z0 : shift.z) : z0;
    if (!(Math.abs(x) < FARTHEST && Math.abs(y) < FARTHEST && Math.abs(z) < FARTHEST)) {
      this.bad += 1;
      return;
    }
    let fed = 0;
    if (this.told(E)) {
      const said = values[E] * unit;
      fed = this.relative || this.relativeE ? said : said - this.e;
      this.e += fed;
    }
    if (this.told(F) && values[F] > 0) this.feed = (values[F] * unit) / 60;
    this.x = x;
    this.y = y;
    this.z = z;
    const middle = code > 1 ? this.middle(code, x0, y0, x, y, unit) : null;
    const flat = Math.sqrt((x - x0) * (x - x0) + (y - y0) * (y - y0));
    let length = Math.sqrt(flat * flat + (z - z0) * (z - z0));
    if (length > 0 || middle !== null) {
      const extrudes = fed > 0 && (flat > 0 || middle !== null);
      if (extrudes) this.layer(z);
      const kind = extrudes ? this.kind : TRAVEL;
      if (middle === null) this.add(x0, y0, z0, x, y, z, kind);
      else length = this.arc(code, x0, y0, z0, middle, kind);
    }
    this.timing.moved += (length || Math.abs(fed)) / this.feed;
  }

  middle(code, x0, y0, x, y, unit) {
    const { values } = this;
    if (this.told(I) || this.told(J)) {
      const i = this.told(I) ? values[I] * unit : 0;
      const j = this.told(J) ? values[J] * unit : 0;
      return i || j ? { x: x0 + i, y: y0 + j } : null;
    }
    if (!this.told(R)) return null;
    return middleOf({ x: x0, y: y0 }, { x, y }, values[R] * unit, code === 2);
  }

  arc(code, x0, y0, z0, middle, kind) {
    let [x, y, z] = [x0, y0, z0];
    const to = { x: this.x, y: this.y, z: this.z };
    return arc({ x, y, z }, to, middle, code === 2, (nextX, nextY, nextZ) => {
      this.add(x, y, z, nextX, nextY, nextZ, kind);
      [x, y, z] = [nextX, nextY, nextZ];
    });
  }

  add(x0, y0, z0, x1, y1, z1, kind) {
    this.segments.add(x0, y0, z0, x1, y1, z1, kind, kind === TRAVEL ? 0 : this.width);
    this.counts[kind] += 1;
    if (KINDS[kind].model) this.extent.add(x0, y0, z0, x1, y1, z1, this.width, this.height);
  }

  home(b, at, end) {
    this.words(b, at, end);
    const all = (this.named & ((1 << X) | (1 << Y) | (1 << Z))) === 0;
    for (const [axis, letter] of [["x", X], ["y", Y], ["z", Z]]) {
      if (!all && (this.named & (1 << letter)) === 0) continue;
      this[axis] = this.shift[axis] = 0;
    }
  }

  // G92: what the place where it stands is called from now on.
  call(b, at, end) {
    this.words(b, at, end);
    const unit = this.inches ? INCH : 1;
    const all = this.named === 0;
    for (const [axis, letter] of [["x", X], ["y", Y], ["z", Z]]) {
      if (this.told(letter)) this.shift[axis] = this[axis] - this.values[letter] * unit;
      else if (all) this.shift[axis] = this[axis];
    }
    if (this.told(E)) this.e = this.values[E] * unit;
    else if (all) this.e = 0;
  }

  // -- layers ------------------------------------------------------------------------------------

  // Called before each line that is printed at z.
  layer(z) {
    const last = this.zs.length - 1;
    const next = this.marked ? this.opening : last < 0 || Math.abs(z - this.zs[last]) > STEP;
    if (!next && last >= 0) {
      if (z > this.zs[last]) this.zs[last] = z; // a spiral's layer is as high as its end
      return;
    }
    this.opening = false;
    this.starts.push(last < 0 ? 0 : this.segments.count);
    this.zs.push(z);
    this.moved.push(last < 0 ? 0 : this.marked ? this.begun : this.timing.moved);
  }

  // A comment says that a layer begins.
  layerBegins() {
    this.opening = true;
    this.begun = this.timing.moved;
    if (this.marked) return;
    this.marked = true;
    this.starts = [];
    this.zs = [];
    this.moved = [];
    this.before(OTHER);
  }

  // A comment says what the next lines are.
  type(kind) {
    if (!this.typed) this.before(OTHER);
    this.typed = true;
    this.kind = kind;
  }

  // What came before the first layer without a name of its own is the machine's start.
  before(kind) {
    if (this.typed || !this.counts[kind]) return;
    this.segments.rename(kind, CUSTOM);
    this.counts[CUSTOM] += this.counts[kind];
    this.counts[kind] = 0;
    this.extent.forget();
  }
}
