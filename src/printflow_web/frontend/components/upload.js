// Sends a form by XMLHttpRequest, which alone tells how far an upload has come.

// handlers: progress({sent, total, perSecond}), answered(status, address, text), failed(aborted).
export function upload(form, handlers) {
  const request = new XMLHttpRequest();
  const started = performance.now();
  request.open("POST", form.getAttribute("action"));
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.addEventListener("progress", (event) => {
    const seconds = Math.max(0.001, (performance.now() - started) / 1000);
    const total = event.lengthComputable ? event.total : 0;
    handlers.progress({ sent: event.loaded, total, perSecond: event.loaded / seconds });
  });
  request.addEventListener("load", () => {
    handlers.answered(request.status, request.responseURL, request.responseText);
  });
  request.addEventListener("error", () => handlers.failed(false));
  request.addEventListener("abort", () => handlers.failed(true));
  request.send(new FormData(form));
  return request;
}
