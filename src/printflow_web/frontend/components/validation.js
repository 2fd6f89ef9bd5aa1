// Says what is wrong with a form's fields, in the template's words, at the field and in a summary.
// Markup: [data-field=name] holds the controls and a [data-error]; [data-summary] holds a list.
import { filled } from "./file_check.js";

function fieldOf(form, name) {
  return form.querySelector(`[data-field="${CSS.escape(name)}"]`);
}

function problemOf(control) {
  const { validity, dataset } = control;
  const typed = control.type !== "file" && "value" in control ? control.value.trim() : "typed";
  if (validity.valueMissing || (control.required && typed === "")) {
    return dataset.missing || control.validationMessage || " ";
  }
  if (validity.valid) return "";
  return dataset.mismatch || control.validationMessage;
}

function controlsOf(form) {
  return [...form.elements].filter(
    (control) => control.name && control.willValidate && control.type !== "submit",
  );
}

export function showProblem(form, name, message) {
  const field = fieldOf(form, name);
  if (!field) return;
  const error = field.querySelector("[data-error]");
  if (error) error.textContent = message;
  const group = field.querySelector("[data-group]");
  const marked = group ? [group] : field.querySelectorAll("input, select, textarea");
  for (const element of marked) {
    if (message) element.setAttribute("aria-invalid", "true");
    else element.removeAttribute("aria-invalid");
  }
  if (!message) dropFromSummary(form, field);
}

// What has been put right need not be read again.
function dropFromSummary(form, field) {
  const summary = form.querySelector("[data-summary]");
  if (!summary) return;
  for (const anchor of summary.querySelectorAll("a")) {
    const name = anchor.hash.slice(1);
    const named = document.getElementById(name) || fieldOf(form, name);
    if (named && field.contains(named)) anchor.closest("li").remove();
  }
  summary.hidden = !summary.querySelector("li");
}

// The first problem of each field, as [control, message].
export function problemsOf(form) {
  const found = new Map();
  for (const control of controlsOf(form)) {
    const message = found.has(control.name) ? "" : problemOf(control);
    if (message) found.set(control.name, [control, message]);
  }
  return [...found.values()];
}

export function recheck(form, control) {
  if (!control.name || !control.willValidate) return;
  const field = fieldOf(form, control.name);
  const shown = field && field.querySelector("[data-error]");
  if (shown && shown.textContent) showProblem(form, control.name, problemOf(control));
}

// In the summary, what is wrong at a model's card names the model.
function named(form, control, message) {
  const card = control.closest("[data-model]");
  const name = card?.querySelector("[data-model-name]").textContent;
  return name && form.dataset.textOfModel
    ? filled(form.dataset.textOfModel, { name, problem: message })
    : message;
}

function link(control, message) {
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.href = `#${control.id}`;
  anchor.textContent = message;
  item.append(anchor);
  return item;
}

export function showSummary(form, problems) {
  const summary = form.querySelector("[data-summary]");
  if (!summary) return;
  const items = problems.map(([control, message]) => link(control, named(form, control, message)));
  summary.querySelector("ul").replaceChildren(...items);
  summary.hidden = problems.length === 0;
}

export function focusSummary(root) {
  const summary = root.querySelector("[data-summary]:not([hidden])");
  if (summary) summary.focus();
}

// True if the form may be sent; else everything is said and the summary has the focus.
export function check(form) {
  const problems = problemsOf(form);
  for (const field of form.querySelectorAll("[data-field]")) {
    showProblem(form, field.dataset.field, "");
  }
  for (const [control, message] of problems) showProblem(form, control.name, message);
  showSummary(form, problems);
  if (problems.length) focusSummary(form);
  return problems.length === 0;
}

// A link of the summary takes the focus to its field, not only the view.
export function followSummary(event) {
  const anchor = event.target.closest("[data-summary] a");
  if (!anchor) return;
  const name = anchor.hash.slice(1);
  const named = document.getElementById(name) || fieldOf(anchor.closest("form"), name);
  if (!named) return;
  event.preventDefault();
  const field = named.closest("[data-field]");
  const usable = field && field.querySelector("input:not(:disabled), select, textarea");
  const target = (named.disabled || named === field) && usable ? usable : named;
  target.focus();
  target.scrollIntoView({ block: "center" });
}
