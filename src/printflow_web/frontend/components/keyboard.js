// The list by keyboard. No key acts while something is being typed or a dialog is open.
function rows() {
  return [...document.querySelectorAll("#job-list > [id^=job-]")];
}

function current() {
  return document.activeElement ? document.activeElement.closest("#job-list > [id^=job-]") : null;
}

function step(by) {
  const all = rows();
  const here = all.indexOf(current());
  const next = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
  if (next) {
    next.querySelector(".row-name").focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function press(selector) {
  const scope = current() || document.querySelector("[data-one-job]");
  const found = scope && scope.querySelector(selector);
  if (found) found.click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  o: () => press("[data-open], .row-name"),
  a: () => press("[data-dialog].button-primary"),
  m: () => press("[data-review]"),
  x: () => press("[data-select]"),
  "*": () => document.querySelector("[data-select-all]")?.click(),
  u: () => document.querySelector("[data-undo]")?.click(),
  "/": () => document.getElementById("search")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

export function keyboard(root) {
  root.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) KEYS["?"]();
  });
  root.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    // Beside those above, actions bring keys of their own.
    const act = KEYS[event.key] || (() => press(`[data-key="${CSS.escape(event.key)}"]`));
    if (KEYS[event.key]) event.preventDefault();
    act();
  });
}
