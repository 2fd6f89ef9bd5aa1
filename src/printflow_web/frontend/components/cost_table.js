// The figures of many jobs: takes over what the slicers say, and shows each price as it is typed.
import { askedPrice } from "./asked_price.js";
import { isOne, grouped } from "./numbers.js";

const TYPED = ["weight", "hours", "material", "printer"];

export function costTable() {
  return {
    init() {
      this.rows = [...this.$el.querySelectorAll("[data-quote]")];
      this.asked = askedPrice(this.$root.dataset.address, (answer) => this.show(answer));
      if (this.rows.some((row) => this.field(row, "weight").value)) this.ask();
      this.$el.addEventListener("input", (event) => {
        const row = event.target.closest("[data-quote]");
        if (row && TYPED.includes(event.target.dataset.name)) this.update();
      });
    },

    field(row, name) {
      return row.querySelector(`[data-name="${name}"]`);
    },

    use(event) {
      this.take(event.currentTarget);
    },

    useAll() {
      for (const button of this.$root.querySelectorAll("[data-use]")) this.take(button);
    },

    // The same material or printer for every job whose method has it.
    forAll(event) {
      const { value, dataset } = event.currentTarget;
      if (!value) return;
      let without = 0;
      for (const row of this.rows) {
        const field = this.field(row, dataset.forAll);
        if ([...field.options].some((option) => option.value === value)) field.value = value;
        else without += 1;
      }
      const said = this.$root.querySelector("[data-not-all]");
      const words = isOne(without) ? said.dataset.one : said.dataset.many.replace("{count}", grouped(without));
      said.textContent = without ? words : "";
      this.update();
    },

    // What the slicer does not know stays.
    take(button) {
      const row = button.closest("[data-quote]");
      const { weight, hours, material, printer, file } = button.dataset;
      for (const [name, value] of Object.entries({ weight, hours, material, printer, file })) {
        const field = this.field(row, name);
        if (value && field) field.value = value;
      }
      this.update();
    },

    // All at once: what one is charged may depend on those above it.
    ask() {
      const fields = [];
      for (const row of this.rows) {
        const id = row.dataset.quote;
        fields.push(["job", id]);
        for (const name of TYPED) fields.push([`${name}-${id}`, this.field(row, name).value]);
      }
      this.asked(fields);
    },

    update() {
      // Until the answer is there, nothing is shown that would not be done.
      for (const row of this.rows) {
        this.field(row, "expected_cents").value = "";
        row.querySelector("[data-cost]").textContent = "…";
      }
      this.ask();
    },

    show(answer) {
      for (const row of this.rows) {
        const price = answer && answer[row.dataset.quote];
        this.field(row, "expected_cents").value = price ? price.cents : "";
        row.querySelector("[data-cost]").textContent = price ? price.cost : "";
      }
    },
  };
}
