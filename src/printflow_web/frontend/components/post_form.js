// Sends a form by XMLHttpRequest, which alone tells how far it has come. Its files are named by the ids
// under which the lab has them; without ids they go along with it.
import { Pace } from "./pace.js";

const STILL_MS = 15000;
const BEAT_MS = 1000;

// handlers: progress({sent, total, perSecond}), still(seconds) while nothing moves,
// answered({status, address, text, ours}), failed(aborted).
export function postForm(form, ids, handlers) {
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
    const { status, responseURL: address, responseText: text } = request;
    const ours = request.getResponseHeader("X-Request-ID") !== null;
    handlers.answered({ status, address, text, ours });
  });
  request.addEventListener("error", () => handlers.failed(false));
  request.addEventListener("abort", () => handlers.failed(true));
  request.send(bodyOf(form, ids));
  return request;
}

function bodyOf(form, ids) {
  const body = new FormData(form);
  if (ids) {
    body.delete("file");
    for (const id of ids) body.append("upload", id);
  }
  return body;
}
