// What a student lets this browser remember for the next model: name, email address, class. Only if
// the box is checked, only after the form was accepted, and only in this browser.
const KEY = "printflow.about-you";

// A browser may be set to keep nothing; then nothing is offered.
export function canRemember() {
  try {
    localStorage.setItem(`${KEY}.try`, "");
    localStorage.removeItem(`${KEY}.try`);
    return true;
  } catch {
    return false;
  }
}

function fieldsOf(form) {
  const names = form.querySelector("[data-remembered]").dataset.remembered.split(" ");
  return names.map((name) => form.elements[name]).filter(Boolean);
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

// Fills what is empty; gives whether anything is remembered.
export function fillAboutYou(form) {
  const found = kept();
  if (!found) return false;
  for (const field of fieldsOf(form)) {
    if (!field.value && typeof found[field.name] === "string") field.value = found[field.name];
  }
  form.elements.remember.checked = true;
  return true;
}

// As the form was sent: an unchecked box forgets.
export function keepAboutYou(form) {
  try {
    if (!form.elements.remember.checked) localStorage.removeItem(KEY);
    else {
      const fields = fieldsOf(form).map(({ name, value }) => [name, value.trim()]);
      // Someone who is signed in now has no field for a name; what was known of it stays known.
      localStorage.setItem(KEY, JSON.stringify({ ...kept(), ...Object.fromEntries(fields) }));
    }
  } catch {
    // Full, or switched off meanwhile: the next form is typed again.
  }
}

export function forgetAboutYou(form) {
  try {
    localStorage.removeItem(KEY);
  } catch {
    return;
  }
  for (const field of fieldsOf(form)) field.value = "";
  form.elements.remember.checked = false;
}
