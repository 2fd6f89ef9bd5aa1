// Sends a form by XMLHttpRequest, which alone tells how far an upload has come.
const WINDOW_MS = 5000; // the speed is that of the last seconds: it tells when the line got slower
const STILL_MS = 15000;
const BEAT_MS = 1000;

// handlers: progress({sent, total, perSecond}), still(seconds) while nothing moves,
// answered(status, address, text), failed(aborted).
export function upload(form, handlers) {
  const request = new XMLHttpRequest();
  const pace = new Pace();
  let sent = false;
  request.open("POST", form.getAttribute("action"));
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.addEventListener("progress", (event) => {
    const total = event.lengthComputable ? event.total : 0;
    const perSecond = pace.add(performance.now(), event.loaded);
    handlers.progress({ sent: event.loaded, total, perSecond });
  });
  request.upload.addEventListener("load", () => {
    sent = true;
  });
  const beat = setInterval(() => {
    const still = performance.now() - pace.last;
    if (!sent && still > STILL_MS) handlers.still(Math.round(still / 1000));
  }, BEAT_MS);
  request.addEventListener("loadend", () => clearInterval(beat));
  request.addEventListener("load", () => {
    handlers.answered(request.status, request.responseURL, request.responseText);
  });
  request.addEventListener("error", () => handlers.failed(false));
  request.addEventListener("abort", () => handlers.failed(true));
  request.send(new FormData(form));
  return request;
}

class Pace {
  constructor() {
    this.marks = [[performance.now(), 0]];
  }

  get last() {
    return this.marks[this.marks.length - 1][0];
  }

  // Bytes per second over the last seconds.
  add(now, loaded) {
    this.marks.push([now, loaded]);
    while (this.marks.length > 2 && now - this.marks[0][0] > WINDOW_MS) this.marks.shift();
    const [since, before] = this.marks[0];
    return (loaded - before) / Math.max(0.001, (now - since) / 1000);
  }
}
