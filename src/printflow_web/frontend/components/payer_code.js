// Who pays with the code that is typed, in the server's words; it also says so when the form is sent.
import { askedPrice } from "./asked_price.js";

export function payerCode() {
  return {
    text: "",

    init() {
      const field = this.$root.querySelector("[name=payer_code]");
      const email = document.querySelector("[name=student_email]");
      const ask = askedPrice(this.$root.dataset.address, (answer) => {
        this.text = answer ? answer.text : "";
      });
      const look = () => ask({ code: field.value, email: email ? email.value : "" });
      field.addEventListener("input", look);
      if (email) email.addEventListener("change", look);
      if (field.value) look();
    },
  };
}
