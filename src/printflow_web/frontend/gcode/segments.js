// Straight lines in blocks of one size: nothing is ever copied into something larger, and a block
// is what the graphics card gets, as two pixels of a texture for each line: x y z of its begin and
// kind + width / 10, x y z of its end and nothing.
export const FLOATS = 8;
export const PER_BLOCK = 1 << 16;
const WIDEST = 9;

export class Segments {
  constructor() {
    this.blocks = [];
    this.count = 0;
    this.block = null;
    this.at = 0;
  }

  add(x0, y0, z0, x1, y1, z1, kind, width) {
    if (this.at === PER_BLOCK * FLOATS || this.block === null) {
      this.block = new Float32Array(PER_BLOCK * FLOATS);
      this.blocks.push(this.block);
      this.at = 0;
    }
    const { block, at } = this;
    block[at] = x0;
    block[at + 1] = y0;
    block[at + 2] = z0;
    block[at + 3] = kind + (width < WIDEST ? width : WIDEST) / 10;
    block[at + 4] = x1;
    block[at + 5] = y1;
    block[at + 6] = z1;
    this.at = at + FLOATS;
    this.count += 1;
  }

  // Those of one kind up to now become another: what came before a file's first layer is told late.
  rename(from, to) {
    for (let number = 0; number < this.count; number += 1) {
      const block = this.blocks[Math.floor(number / PER_BLOCK)];
      const at = (number % PER_BLOCK) * FLOATS + 3;
      const kind = Math.floor(block[at]);
      if (kind === from) block[at] += to - kind;
    }
  }

  // Those from begin to end in two parts, those of the kinds in a set of bits first; gives where the second begins.
  part(begin, end, kinds) {
    const later = [];
    let next = begin;
    for (let number = begin; number < end; number += 1) {
      const from = this.blocks[Math.floor(number / PER_BLOCK)];
      const at = (number % PER_BLOCK) * FLOATS;
      if ((kinds & (1 << from[at + 3])) === 0) {
        for (let one = 0; one < FLOATS; one += 1) later.push(from[at + one]);
      } else {
        if (next !== number) this.copy(from, at, next);
        next += 1;
      }
    }
    for (let one = 0; one < later.length; one += FLOATS) this.copy(later, one, next + one / FLOATS);
    return next;
  }

  copy(from, at, number) {
    const to = this.blocks[Math.floor(number / PER_BLOCK)];
    const there = (number % PER_BLOCK) * FLOATS;
    for (let one = 0; one < FLOATS; one += 1) to[there + one] = from[at + one];
  }
}
