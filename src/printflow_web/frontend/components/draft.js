// What was typed into the submission form, kept in the page's own entry of the browser's history:
// Back and Reload find it there, a new visit does not, and it is gone with the tab. Files cannot be
// kept; their names are, so that the page can ask for them.

const SECRET = new Set(["csrf_token", "consent_version"]);

function sharedOf(form) {
  return [...form.elements].filter(
    (field) =>
      field.name &&
      field.type !== "file" &&
      !SECRET.has(field.name) &&
      !field.closest("[data-model]"),
  );
}

// `models`: [{ name, fields }], as the cards hold them.
export function keepDraft(form, models) {
  const fields = sharedOf(form).map(({ name, value, checked }) => ({ name, value, checked }));
  const consent = form.elements.consent_version.value;
  history.replaceState({ ...history.state, draft: { fields, models, consent } }, "");
}

export function keptDraft() {
  return (history.state && history.state.draft) || null;
}

// Twice, around what follows the print method: the printers of another method take no choice.
export function fillDraft(form, draft, followMethod) {
  fillShared(form, draft);
  followMethod();
  fillShared(form, draft);
}

function fillShared(form, draft) {
  const sameTexts = form.elements.consent_version.value === draft.consent;
  for (const field of sharedOf(form)) {
    const typed = draft.fields.filter(({ name }) => name === field.name);
    if (field.type === "radio") {
      const chosen = typed.some(({ value, checked }) => checked && value === field.value);
      field.checked = chosen && !field.disabled;
    } else if (field.type === "checkbox") {
      field.checked = sameTexts && typed.some(({ checked }) => checked);
    } else if (typed.length) {
      field.value = typed[0].value;
    }
  }
}
