// The box of what is printed of the model itself, and how many separate parts stand on the plate.
const APART = 0.6; // mm between two outlines of different parts
const MOST_OUTLINES = 400;

export class Extent {
  constructor() {
    this.forget();
  }

  forget() {
    this.low = [Infinity, Infinity, Infinity];
    this.high = [-Infinity, -Infinity, -Infinity];
    this.firstHeight = 0;
    this.outlines = []; // [x0, y0, x1, y1] on the model's first layer
    this.many = false;
    this.run = null;
    this.x = this.y = this.z = NaN;
  }

  // A line of the model; height: the layer's, 0 where it is not known.
  add(x0, y0, z0, x1, y1, z1, width, height) {
    const { low, high } = this;
    const half = width / 2;
    if (x0 - half < low[0]) low[0] = x0 - half;
    if (x1 - half < low[0]) low[0] = x1 - half;
    if (x0 + half > high[0]) high[0] = x0 + half;
    if (x1 + half > high[0]) high[0] = x1 + half;
    if (y0 - half < low[1]) low[1] = y0 - half;
    if (y1 - half < low[1]) low[1] = y1 - half;
    if (y0 + half > high[1]) high[1] = y0 + half;
    if (y1 + half > high[1]) high[1] = y1 + half;
    if (z1 < low[2]) {
      low[2] = z1;
      this.firstHeight = height;
      this.outlines = [];
      this.run = null;
    }
    if (z1 > high[2]) high[2] = z1;
    if (z1 <= low[2] + 0.01 && z0 <= low[2] + 0.01) this.outline(x0, y0, x1, y1);
  }

  outline(x0, y0, x1, y1) {
    const { run } = this;
    if (run === null || x0 !== this.x || y0 !== this.y) {
      if (run !== null) this.keep(run);
      this.run = [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];
    } else {
      if (x1 < run[0]) run[0] = x1;
      if (y1 < run[1]) run[1] = y1;
      if (x1 > run[2]) run[2] = x1;
      if (y1 > run[3]) run[3] = y1;
    }
    this.x = x1;
    this.y = y1;
  }

  // Joined with all that it touches.
  keep(box) {
    if (this.many) return;
    let joined = box;
    for (let at = 0; at < this.outlines.length; ) {
      const one = this.outlines[at];
      const apart =
        one[0] > joined[2] + APART || one[2] < joined[0] - APART || one[1] > joined[3] + APART || one[3] < joined[1] - APART;
      if (apart) at += 1;
      else {
        joined = [
          Math.min(one[0], joined[0]), Math.min(one[1], joined[1]),
          Math.max(one[2], joined[2]), Math.max(one[3], joined[3]),
        ];
        this.outlines.splice(at, 1);
        at = 0;
      }
    }
    this.outlines.push(joined);
    this.many = this.outlines.length > MOST_OUTLINES;
  }

  // {size, parts}: mm, and how many stand apart on the first layer; null where nothing is printed.
  result() {
    const { low, high } = this;
    if (!(high[0] > low[0])) return null;
    if (this.run !== null) this.keep(this.run);
    this.run = null;
    const sane = this.firstHeight > 0 && this.firstHeight < 2;
    const first = sane ? this.firstHeight : low[2] < 1 ? low[2] : 0.3;
    const size = [high[0] - low[0], high[1] - low[1], high[2] - low[2] + first];
    return { size, low: [...low], high: [...high], parts: this.many ? 0 : this.outlines.length };
  }
}
