// What was typed into any form, kept in the page's own entry of the browser's history: Back, Forward
// and Reload find it there, a new visit does not, and it's gone with the tab. Hidden fields, such as
// a form's token and the job's version, stay those of the page as it is now; what was not changed
// stays as the server says it is; and what was sent and taken is not put back.
//
// The page of submission has files and cards besides, and keeps them itself (draft.js).

const SENDING = "printflow.sending"; // the draft that is on its way in this tab
const TAKEN = "printflow.taken"; // the drafts that were taken
const REMEMBERED = 40;
const PAUSE = 200;

const [visit] = performance.getEntriesByType("navigation");
// A new visit to the same address takes the old one's place in the history, with what it held.
if (visit?.type === "navigate" && history.state?.kept) history.replaceState({ ...history.state, kept: {} }, "");

let ids = 0;
const newId = () => `${Date.now().toString(36)}${(ids += 1)}`;
const drafts = () => (history.state && history.state.kept) || {};

function write(kept) {
  history.replaceState({ ...history.state, kept }, "");
}

const nameOf = (form) => form.getAttribute("action") || "";

// Passwords are not kept, nor anything beside them.
function keeps(form) {
  return (
    form.getAttribute("method") === "post" &&
    !form.matches("[data-own-draft]") &&
    !form.querySelector("[type=password]")
  );
}

function fieldsOf(form) {
  return [...form.elements].filter(
    (field) => field.name && field.matches("input:not([type=hidden], [type=file], [type=submit]), select, textarea"),
  );
}

const ticks = (field) => field.matches("[type=checkbox], [type=radio]");

function changed(field) {
  if (ticks(field)) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  const usual = [...field.options].find((option) => option.defaultSelected) || field.options[0];
  return field.value !== (usual ? usual.value : "");
}

// What rows of a list mean by their numbers.
function basisOf(form) {
  const hidden = [...form.querySelectorAll("input[type=hidden]")];
  return hidden.filter(({ name }) => !["csrf_token", "key", "next"].includes(name)).map(({ value }) => value).join("|");
}

// `whole` keeps also what the page was given: after a refusal that is what was typed.
function keep(form, whole = false) {
  const places = new Map();
  const fields = [];
  for (const field of fieldsOf(form)) {
    const place = places.get(field.name) || 0;
    places.set(field.name, place + 1);
    if (!whole && !changed(field)) continue;
    const { name, value, checked } = field;
    fields.push(ticks(field) ? { name, value, checked } : { name, value, place });
  }
  const kept = { ...drafts() };
  const name = nameOf(form);
  const before = kept[name];
  if (!fields.length && !before) return;
  const dialog = form.closest("[data-fragment]")?.dataset.address;
  const [key, version] = [form.elements.key?.value, whole ? form.elements.version?.value : undefined];
  kept[name] = { id: before?.id || newId(), fields, basis: basisOf(form), key, version, dialog };
  write(kept);
}

function put(field, { value, checked }) {
  if (field.disabled || (ticks(field) ? field.checked === checked : field.value === value)) return;
  if (ticks(field)) field.checked = checked;
  else if (!field.matches("select") || [...field.options].some((option) => option.value === value && !option.disabled)) {
    field.value = value;
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// Ticks that agree to something are set by hand each time: what they agree to may have changed.
const agrees = (field) => ticks(field) && field.required;

export function restoreForm(form) {
  const draft = keeps(form) && drafts()[nameOf(form)];
  if (!draft) return;
  const same = draft.basis === basisOf(form);
  const fields = fieldsOf(form);
  for (const one of draft.fields) {
    if (one.name.includes("[") && !same) continue;
    const named = fields.filter(({ name }) => name === one.name);
    const field = "place" in one ? named[one.place] : named.find(({ value }) => value === one.value);
    if (field && !agrees(field)) put(field, one);
  }
  // Sent, and no answer came: the second time is then known to be the first.
  for (const name of ["key", "version"]) {
    const hidden = form.elements[name];
    if (draft[name] && hidden?.type === "hidden") hidden.value = draft[name];
  }
}

export function forgetForm(form) {
  const { [nameOf(form)]: _gone, ...others } = drafts();
  write(others);
}

// The dialog that was open with something typed into it, by its address.
export function keptDialog() {
  return Object.values(drafts()).find(({ dialog }) => dialog)?.dialog;
}

export function forgetDialogs() {
  write(Object.fromEntries(Object.entries(drafts()).filter(([, { dialog }]) => !dialog)));
}

// A form that is shown again because something in it was refused holds what was typed.
export function keepRefused(form) {
  if (keeps(form)) keep(form, true);
}

function taken() {
  return JSON.parse(sessionStorage.getItem(TAKEN) || "[]");
}

// What came of the draft that was sent before this page: a page that is an error or shows a refused
// form took nothing; and neither did a page that comes back without another one between.
function settle() {
  const sending = sessionStorage.getItem(SENDING);
  sessionStorage.removeItem(SENDING);
  if (!sending || Object.values(drafts()).some(({ id }) => id === sending)) return;
  const refused = visit?.responseStatus >= 400 || document.querySelector("[data-summary]:not([hidden])");
  if (!refused) sessionStorage.setItem(TAKEN, JSON.stringify([sending, ...taken()].slice(0, REMEMBERED)));
}

function dropTaken() {
  const done = taken();
  const left = Object.entries(drafts()).filter(([, { id }]) => !done.includes(id));
  if (left.length !== Object.keys(drafts()).length) write(Object.fromEntries(left));
}

// A page out of the browser's own cache is as it was left. What was sent from it may have been done;
// and the session, with the tokens of its forms, may be another one by now.
async function comeBack() {
  const forms = [...document.querySelectorAll("form[method=post]")];
  const done = taken();
  const sent = Object.values(drafts()).some(({ id }) => done.includes(id));
  if (sent || forms.some((form) => form.dataset.sent)) {
    window.location.reload();
    return;
  }
  if (!forms.length) return;
  try {
    const answer = await fetch(window.location.href, { headers: { "X-Requested-With": "fetch" }, cache: "no-store" });
    if (answer.redirected || answer.status === 401) window.location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = page.querySelector("[name=csrf_token]")?.value;
    if (!token) return;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  } catch {
    // Away: what is sent from here will say so.
  }
}

// A page that answers a form is no page to come back to: its address is, where the form stands, too.
function standAlone() {
  const summary = document.querySelector("[data-summary]:not([hidden])");
  const form = summary && summary.closest("form");
  if (!form || !keeps(form) || form.matches("[data-once]")) return;
  if (new URL(form.action).href !== window.location.href.replace(/#.*$/, "")) return;
  keep(form, true); // replaces the entry, which the browser then asks for without sending again
}

export function keepForms(root) {
  settle();
  dropTaken();
  standAlone();
  // What was refused is shown as it was typed, with what is wrong beside it.
  for (const form of root.querySelectorAll("form[method=post]")) {
    if (!form.querySelector("[data-summary]:not([hidden])")) restoreForm(form);
  }

  let timer;
  let waiting = null;
  let written = 0;
  const now = () => {
    clearTimeout(timer);
    if (waiting?.isConnected) keep(waiting);
    waiting = null;
    written = Date.now();
  };
  const later = (event) => {
    const form = event.target.form;
    if (!event.isTrusted || !form || !keeps(form)) return;
    if (waiting && waiting !== form) now();
    if (!waiting && Date.now() - written > PAUSE) {
      keep(form);
      written = Date.now();
      return;
    }
    waiting = form;
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE);
  };
  root.addEventListener("input", later);
  root.addEventListener("change", later);
  root.addEventListener("submit", (event) => {
    const form = event.target;
    now();
    const draft = keeps(form) && drafts()[nameOf(form)];
    if (draft && !event.defaultPrevented) sessionStorage.setItem(SENDING, draft.id);
  });
  for (const leaving of ["beforeunload", "pagehide"]) window.addEventListener(leaving, now);
  window.addEventListener("pageshow", (event) => event.persisted && comeBack());
}
