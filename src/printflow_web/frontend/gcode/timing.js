// How long a print takes up to each layer: by what the slicer wrote into the file, where it did, else by
// the speeds of the moves alone.
const SECONDS = { d: 86400, h: 3600, m: 60, s: 1 };

// "1h 2m 3s", "3 hours 20 minutes", "4521" (seconds) or "01:02:03"; 0 where it is none of them.
export function secondsOf(text) {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([dhms])/gi)];
  if (parts.length) return parts.reduce((sum, [, count, unit]) => sum + count * SECONDS[unit.toLowerCase()], 0);
  const clock = text.trim().match(/^(\d+):(\d+):(\d+)/);
  if (clock) return +clock[1] * 3600 + +clock[2] * 60 + +clock[3];
  return Number.parseFloat(text) || 0;
}

export class Timing {
  constructor() {
    this.moved = 0; // seconds by the speeds
    this.stated = 0; // the slicer's total
    this.elapsed = []; // [moved, seconds since the start]
    this.left = []; // [moved, seconds to the end]
  }

  // Seconds since the start, as a comment says.
  sinceStart(seconds) {
    if (seconds >= 0) this.elapsed.push([this.moved, seconds]);
  }

  // Seconds to the end, as M73 says; of equal ones, the first.
  toEnd(seconds) {
    const last = this.left.at(-1);
    if (seconds >= 0 && (!last || last[1] !== seconds)) this.left.push([this.moved, seconds]);
  }

  // {total, at(moved), source}; source: "slicer", "total" (the slicer's, spread by the speeds) or "speeds".
  result() {
    const first = this.left[0]?.[1] || 0;
    const about = Math.abs(this.stated - first) < 90; // M73 counts minutes
    const total = this.elapsed.length
      ? Math.max(this.stated, this.elapsed.at(-1)[1])
      : first && !about ? first : this.stated || first;
    const told = this.elapsed.length
      ? this.elapsed
      : this.left.map(([moved, seconds]) => [moved, total - seconds]);
    if (!total) return { total: this.moved, at: (moved) => moved, source: "speeds" };
    const marks = rising([[0, 0], ...told, [this.moved, total]], total);
    return { total, at: between(marks), source: told.length > 1 ? "slicer" : "total" };
  }
}

// Without those that step back.
function rising(marks, total) {
  const kept = [];
  for (const [moved, seconds] of marks) {
    const last = kept.at(-1);
    const sound = !last || (moved > last[0] && seconds >= last[1]);
    if (sound && seconds <= total) kept.push([moved, seconds]);
  }
  return kept;
}

function between(marks) {
  return (moved) => {
    let low = 0;
    let high = marks.length - 1;
    if (high < 1) return marks[0]?.[1] || 0;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (marks[middle][0] <= moved) low = middle;
      else high = middle;
    }
    const share = (moved - marks[low][0]) / (marks[high][0] - marks[low][0] || 1);
    return marks[low][1] + Math.min(1, Math.max(0, share)) * (marks[high][1] - marks[low][1]);
  };
}
