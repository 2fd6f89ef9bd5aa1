// One file on its way to the lab in pieces, by tus. What fails is tried again until it's there, the page
// is left, or the lab says no; the next piece goes where the lab says that the file ends.
import { answerKind } from "./answer_kind.js";
import { uploadMemory } from "./upload_memory.js";

const PAUSES_MS = [1000, 2000, 4000, 8000, 15000];
const STILL_MS = 30000;
const BEAT_MS = 1000;
const LONGEST_WAIT_S = 60;

// Addresses that a file of this page has: the same file chosen twice is two uploads.
const inUse = new Set();

export class FileUpload {
  // to: { address, token }; pieces: a PieceSize; changed: told whenever anything is new
  constructor(file, to, pieces, changed) {
    this.file = file;
    this.to = to;
    this.pieces = pieces;
    this.changed = changed;
    this.state = "waiting"; // sending, done, stale, refused, blocked
    this.trouble = ""; // the kind of answer that keeps it from going on just now
    this.status = 0;
    this.words = ""; // the lab's own
    this.sent = 0;
    this.running = false;
    this.fails = 0;
    this.tus = null;
    this.timer = 0;
  }

  get id() {
    return this.tus?.url ? this.tus.url.split("/").pop() : "";
  }

  get over() {
    return this.state !== "waiting" && this.state !== "sending";
  }

  // -- going and stopping ------------------------------------------------------------------------

  async start() {
    if (this.running || this.over) return;
    this.running = true;
    this.state = "sending";
    this.watch();
    if (!this.tus) {
      this.tus = this.make();
      const before = await this.tus.findPreviousUploads();
      const free = before.find(({ uploadUrl }) => !inUse.has(uploadUrl));
      if (free) {
        inUse.add(free.uploadUrl);
        this.tus.resumeFromPreviousUpload(free);
      }
      if (!this.running) return;
    }
    this.tus.options.headers["X-CSRFToken"] = this.to.token;
    this.tus.options.chunkSize = this.pieces.now;
    this.tus.start();
  }

  // Until it's started again.
  pause() {
    this.halt();
    if (!this.over) this.state = "waiting";
  }

  halt() {
    this.running = false;
    clearTimeout(this.timer);
    clearInterval(this.beat);
    this.tus?.abort();
  }

  // The file was taken out of the form: nothing of it stays at the lab.
  forget() {
    this.halt();
    if (!this.tus?.url) return;
    inUse.delete(this.tus.url);
    this.tus.options.onBeforeRequest = null;
    this.tus.options.onAfterResponse = null;
    this.tus.abort(true).catch(() => {}); // what is left is swept
  }

  // The lab has it now, as a request: a later choice of the same file is another upload.
  leaveToLab() {
    if (!this.tus?.url) return;
    uploadMemory.removeUpload(`printflow.upload::${this.tus.url}`);
  }

  // What was sent isn't what is meant anymore.
  async lookAgain() {
    if (this.state === "done" && (await savedAgain(this.file))) this.end("moved");
  }

  // Ask the lab how much is there; it goes on, or begins anew.
  recheck() {
    this.halt();
    this.state = "waiting";
    this.fails = 0;
  }

  // -- tus ---------------------------------------------------------------------------------------

  make() {
    const { Upload } = window.PrintflowTus;
    return new Upload(this.file, {
      endpoint: this.to.address,
      metadata: { filename: this.file.name },
      headers: { Accept: "application/json", "X-CSRFToken": this.to.token },
      overridePatchMethod: true, // some proxies know no PATCH
      retryDelays: null, // who tries again is decided here
      chunkSize: this.pieces.now,
      urlStorage: uploadMemory,
      onUploadUrlAvailable: () => inUse.add(this.tus.url),
      onBeforeRequest: () => {
        if (!this.running) throw new Error("paused");
        this.answer = null;
        this.began = performance.now();
      },
      onAfterResponse: (_request, response) => this.heard(response),
      onProgress: (sent) => this.progressed(sent),
      onChunkComplete: (bytes, accepted) => this.passed(bytes, accepted),
      onSuccess: () => this.end("done"),
      onError: () => this.failed(),
    });
  }

  heard(response) {
    const status = response.getStatus();
    const ours = response.getHeader("Tus-Resumable") !== null;
    const kind = answerKind(status, ours);
    this.answer = { status, kind, response };
    // tus-js-client takes what isn't the lab's for the lab's: a 502 would end what was begun.
    if (kind !== "fine" && kind !== "gone") throw new Error(kind);
  }

  progressed(sent) {
    if (!this.running) return;
    this.sent = sent;
    this.moved = performance.now();
    this.changed();
  }

  passed(bytes, accepted) {
    this.fails = 0;
    this.trouble = "";
    this.sent = accepted;
    this.pieces.passed(bytes, performance.now() - this.began);
    this.tus.options.chunkSize = this.pieces.now;
  }

  end(state) {
    this.halt();
    this.state = state;
    this.trouble = "";
    if (state === "done") this.sent = this.file.size;
    this.changed();
  }

  // -- trouble -----------------------------------------------------------------------------------

  async failed() {
    if (!this.running) return;
    const answer = this.answer && this.answer.kind !== "fine" ? this.answer : null;
    const { status, kind, response } = answer || { status: 0, kind: "lost" };
    this.halt();
    this.status = status;
    if (kind === "lost" && !(await readable(this.file))) return this.end("moved");
    if (kind === "refused" || kind === "stale" || kind === "later") this.words = wordsOf(response);
    if (kind === "refused" || kind === "stale" || kind === "blocked") return this.end(kind);
    const piece = Math.min(this.pieces.now, this.file.size);
    if (kind === "small") {
      if (!this.pieces.refused(piece)) return this.end("blocked");
    } else if (kind === "lost") this.pieces.lost(piece);
    this.tryAgain(kind, response);
  }

  tryAgain(kind, response) {
    if (this.state !== "sending") return; // paused meanwhile
    const quick = (kind === "small" || kind === "again") && this.fails < 20;
    const pause = PAUSES_MS[Math.min(this.fails, PAUSES_MS.length - 1)];
    const asked = Math.min(LONGEST_WAIT_S, Number(response?.getHeader("Retry-After")) || 0) * 1000;
    this.fails += 1;
    if (!quick) this.trouble = kind;
    this.timer = setTimeout(() => this.start(), quick ? 0 : Math.max(pause, asked));
    this.changed();
  }

  // Something has changed (the line is back, the page is looked at again): try now.
  wake() {
    if (this.state === "sending" && !this.running) {
      clearTimeout(this.timer);
      this.start();
    }
  }

  // A phone that slept, or a line that swallows everything, tells of no error.
  watch() {
    this.moved = performance.now();
    clearInterval(this.beat);
    this.beat = setInterval(() => {
      if (!this.running || performance.now() - this.moved < STILL_MS) return;
      this.tus.abort();
      this.answer = null;
      this.failed();
    }, BEAT_MS);
  }
}

// A browser refuses to send a file that has been saved again since it was chosen, and says no more than
// that the line broke.
export async function readable(file) {
  return !(await whyNotReadable(file));
}

// Saved again since then: what the lab has isn't what the student means to send. One that is gone (a
// stick was pulled out) is at the lab as it was.
export async function savedAgain(file) {
  return (await whyNotReadable(file)) === "NotReadableError";
}

async function whyNotReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return "";
  } catch (error) {
    return error.name;
  }
}

function wordsOf(response) {
  try {
    const { message, next_step: next } = JSON.parse(response.getBody()).error;
    return [message, next].filter(Boolean).join(" ");
  } catch {
    return "";
  }
}
