// The chosen files on their way to the lab, one after the other, while the form is still filled in.
import { FileUpload } from "./file_upload.js";
import { Pace } from "./pace.js";
import { PieceSize } from "./piece_size.js";

function same(one, other) {
  return (
    one === other ||
    (one.name === other.name && one.size === other.size && one.lastModified === other.lastModified)
  );
}

export class Uploads {
  constructor() {
    this.list = [];
    this.pieces = new PieceSize();
    this.pace = new Pace();
    this.paused = false;
    this.to = { address: "", token: "" };
    this.changed = () => {};
    const wake = () => document.hidden || this.list.forEach((one) => one.wake());
    window.addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("load", () => this.pump());
  }

  // Whether this browser, and this page, can send pieces at all.
  get possible() {
    return Boolean(window.PrintflowTus);
  }

  // to: { address, token } of the form at hand; changed: told whenever anything is new.
  serve(to, changed) {
    Object.assign(this.to, to);
    this.changed = changed;
  }

  // The files of the form, in their order: new ones are sent, those that left are taken back.
  follow(files) {
    const left = [...this.list];
    this.list = files.map((file) => {
      let place = left.findIndex((one) => one.file === file);
      if (place < 0) place = left.findIndex((one) => same(one.file, file));
      if (place >= 0) return left.splice(place, 1)[0];
      return new FileUpload(file, this.to, this.pieces, () => this.moved());
    });
    for (const one of left) one.forget();
    this.pump();
  }

  moved() {
    this.rate = this.pace.add(performance.now(), this.progress.sent);
    this.pump();
    this.changed();
  }

  pump() {
    if (this.paused || !this.possible) return;
    const next = this.list.find((one) => !one.over);
    if (next?.state === "waiting") next.start();
  }

  pause() {
    this.paused = true;
    for (const one of this.list) one.pause();
  }

  resume() {
    this.paused = false;
    this.pace = new Pace(this.progress.sent);
    this.pump();
  }

  // After an answer to the form, or another try: is all still there, and may what was refused come now?
  recheck(only = () => true) {
    for (const one of this.list) if (only(one)) one.recheck();
    this.resume();
  }

  // Whether what is at the lab is what is meant.
  async lookAgain() {
    await Promise.all(this.list.map((one) => one.lookAgain()));
    return this.done;
  }

  leaveToLab() {
    for (const one of this.list) one.leaveToLab();
  }

  get done() {
    return this.list.every(({ state }) => state === "done");
  }

  get under() {
    return this.list.find((one) => !one.over);
  }

  // How far all of them are, in bytes.
  get progress() {
    const sum = (values) => values.reduce((total, one) => total + one, 0);
    return {
      sent: sum(this.list.map(({ sent }) => sent)),
      total: sum(this.list.map(({ file }) => file.size)),
      perSecond: this.rate || 0,
    };
  }
}
