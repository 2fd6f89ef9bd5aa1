// Shows what a quote will come to while it is typed. The server is asked, and refuses a price that
// differs from the one that was shown (expected_cents).
import { askedPrice } from "./asked_price.js";

const TYPED = ["weight", "hours", "material", "printer"];

export function costPreview() {
  return {
    cost: "",
    how: "",

    init() {
      this.ask = askedPrice(this.$root.dataset.address, (answer) => this.show(answer));
      this.$el.addEventListener("input", (event) => this.update(event.target));
      this.$el.addEventListener("change", (event) => this.update(event.target));
      this.ask(this.typed());
    },

    field(name) {
      return this.$root.querySelector(`[name="${name}"]`);
    },

    typed() {
      return Object.fromEntries(TYPED.map((name) => [name, this.field(name).value]));
    },

    // Puts a suggestion's figures into the fields; what it does not know stays.
    use(event) {
      const { weight, hours, material, printer, file } = event.currentTarget.dataset;
      for (const [name, value] of Object.entries({ weight, hours, material, printer, file })) {
        const field = this.field(name);
        if (value && field) field.value = value;
      }
      this.update(this.field("weight"));
      this.field("weight").focus();
    },

    update(field) {
      if (!TYPED.includes(field.name)) return;
      // Until the answer is there, nothing is shown that would not be done.
      this.field("expected_cents").value = "";
      this.cost = "…";
      this.ask(this.typed());
    },

    show(answer) {
      this.field("expected_cents").value = answer ? answer.cents : "";
      this.cost = answer ? answer.cost : "–";
      this.how = answer ? answer.how : this.$root.dataset.textLost;
    },
  };
}
