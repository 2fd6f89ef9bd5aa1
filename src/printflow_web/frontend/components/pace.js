// How fast something comes along.
const WINDOW_MS = 5000; // the speed is that of the last seconds: it tells when the line got slower

export class Pace {
  constructor(loaded = 0) {
    this.marks = [[performance.now(), loaded]];
  }

  get last() {
    return this.marks[this.marks.length - 1][0];
  }

  // Bytes per second over the last seconds.
  add(now, loaded) {
    this.marks.push([now, loaded]);
    while (this.marks.length > 2 && now - this.marks[0][0] > WINDOW_MS) this.marks.shift();
    const [since, before] = this.marks[0];
    return Math.max(0, loaded - before) / Math.max(0.001, (now - since) / 1000);
  }
}
