// How large the pieces of a file are. Small enough that little is lost with the line, and that a
// proxy with a limit of its own lets them through; large enough that a fast line isn't kept waiting.
const FIRST = 1 << 20; // what nginx lets through by default
const LEAST = 1 << 16;
const MOST = 8 << 20; // the server takes 16 MiB
const SHORT_MS = 1500;
const LONG_MS = 6000;

export class PieceSize {
  constructor() {
    this.now = FIRST;
    this.most = MOST;
  }

  // A whole piece of so many bytes went through in so long.
  passed(bytes, milliseconds) {
    if (bytes < this.now) return; // the last one of a file says nothing
    if (milliseconds < SHORT_MS) this.now = Math.min(this.most, this.now * 2);
    else if (milliseconds > LONG_MS) this.shrink(this.now);
  }

  // The line broke under it. Some proxies say so only by closing the line: it grows no more than to half.
  lost(bytes) {
    if (bytes > FIRST) this.most = Math.max(FIRST, bytes >> 1);
    this.shrink(bytes);
  }

  // A proxy said that it was too large. False when it can't be smaller.
  refused(bytes) {
    if (Math.min(bytes, this.now) <= LEAST) return false;
    this.shrink(bytes);
    this.most = this.now;
    return true;
  }

  shrink(bytes) {
    this.now = Math.max(LEAST, Math.min(this.now, bytes >> 1 || LEAST));
  }
}
