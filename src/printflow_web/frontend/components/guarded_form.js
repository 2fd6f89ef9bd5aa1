// A form that is checked before it is sent, and sent once; see kept_forms.js for the way back to it.
import { check, followSummary, recheck } from "./validation.js";

export function guardedForm() {
  return {
    init() {
      this.$el.noValidate = true;
      this.$el.addEventListener("submit", (event) => this.guard(event));
      // While typing, not on leaving a field: a page that moves under the pointer loses the click.
      this.$el.addEventListener("input", (event) => recheck(this.$el, event.target));
      this.$el.addEventListener("click", followSummary);
    },

    guard(event) {
      const form = event.target;
      const unchecked = event.submitter && event.submitter.formNoValidate;
      if (form.dataset.sent || (!unchecked && !check(form))) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "true";
      // Once the browser has gathered the fields: a disabled button would not be among them.
      setTimeout(() => this.setDisabled(form, true));
    },

    setDisabled(form, disabled) {
      if (disabled && !form.dataset.sent) return;
      for (const button of form.querySelectorAll("button[type=submit]")) {
        button.disabled = disabled;
      }
    },
  };
}
