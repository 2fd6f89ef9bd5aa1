// Which lines are drawn where a machine cannot draw all of them in time: the top layer, what is seen of the
// layers below it from outside, and of their insides the nearest. What is left out, wider lines cover.
import { KINDS } from "./kinds.js";

const WALLS = 1 << KINDS.findIndex(({ name }) => name === "outer");
const WIDEST = 6;
const LEAST = 0.25; // of the lines, for the layers below, however many the top layer has

// {ranges, wider, whole}: the lines [from, to), how much wider those below the top layer are drawn, and whether
// these are all. most: lines that may be drawn.
export function rangesOf({ starts, cores }, from, to, shown, most) {
  const whole = [starts[from], starts[to + 1]];
  if (whole[1] - whole[0] <= most) return { ranges: [whole], wider: 1, whole: true };
  const closed = (shown & WALLS) !== 0; // nobody looks through walls
  const below = Array.from({ length: to - from }, (_, at) => {
    const layer = to - 1 - at;
    return [starts[layer], closed ? cores[layer] : starts[layer + 1]];
  });
  let left = Math.max(LEAST * most, most - (starts[to + 1] - starts[to]));
  const lines = below.reduce((sum, [begin, end]) => sum + end - begin, 0);
  const step = Math.max(1, Math.ceil(lines / left));
  const ranges = below.filter((_, at) => at % step === 0 || at === below.length - 1);
  left -= lines / step;
  for (let layer = to - 1; closed && layer >= from; layer -= 1) {
    left -= starts[layer + 1] - cores[layer];
    if (left < 0) break;
    ranges.push([cores[layer], starts[layer + 1]]);
  }
  ranges.push([starts[to], starts[to + 1]]);
  return { ranges: ranges.filter(([begin, end]) => end > begin), wider: Math.min(WIDEST, Math.max(1, step / 2)), whole: false };
}
