// Shows what a quote will come to while it is typed: weight and time at the chosen printer's rates,
// never under the minimum. Only a preview: the server calculates with decimals, and refuses a price
// that differs from the one that was shown (expected_cents).
import { filled } from "./file_check.js";

const PLAIN = /^(\d{1,9}(\.\d{1,9})?|\.\d{1,9})$/;
const CLOCK = /^(\d{1,4}):([0-5]\d)$/;
const UNITS = new RegExp(
  "^(?:(\\d{1,3})\\s*d(?:ays?)?)?\\s*" +
    "(?:(\\d{1,4}(?:\\.\\d{1,3})?)\\s*(?:h|hrs?|hours?))?\\s*" +
    "(?:(\\d{1,4})\\s*(?:m|mins?|minutes?))?\\s*" +
    "(?:(\\d{1,4})\\s*(?:s|secs?|seconds?))?$",
  "i",
);

export function gramsFrom(typed) {
  const text = typed.trim().replace(/g$/, "").trim();
  return PLAIN.test(text) ? Number(text) : NaN;
}

export function hoursFrom(typed) {
  const text = typed.trim();
  if (PLAIN.test(text)) return Number(text);
  const clock = CLOCK.exec(text);
  if (clock) return Number(clock[1]) + Number(clock[2]) / 60;
  const units = text && UNITS.exec(text);
  if (!units) return NaN;
  const [days, hours, minutes, seconds] = units.slice(1).map((part) => Number(part || 0));
  return days * 24 + hours + minutes / 60 + seconds / 3600;
}

// What weight and time cost at a printer (its option), with the minimum; null where one is missing.
export function reckoned(option, grams, hours, minimumCents) {
  if (!option || !(grams > 0) || !(hours > 0)) return null;
  [grams, hours] = [grams, hours].map((figure) => Math.round(figure * 1000) / 1000); // as the server
  const perGram = Number(option.dataset.ratePerGram);
  const perHour = Number(option.dataset.ratePerHour);
  const exact = Math.round((grams * perGram + hours * perHour) * 100 + 1e-6);
  return { perGram, perHour, exact, cents: Math.max(exact, minimumCents) };
}

export function money(amount, currency, maximumFractionDigits) {
  const language = document.documentElement.lang || "en";
  return new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits }).format(amount);
}

export function costPreview() {
  return {
    cost: "",
    how: "",

    init() {
      this.$el.addEventListener("input", () => this.update());
      this.$el.addEventListener("change", () => this.update());
      this.update(this.expected().value);
    },

    expected() {
      return this.$root.querySelector("[name=expected_cents]");
    },

    // Puts a suggestion's figures into the fields; what it does not know stays.
    use(event) {
      const { weight, hours, material, printer, file } = event.currentTarget.dataset;
      for (const [name, value] of Object.entries({ weight, hours, material, printer, file })) {
        const field = this.$root.querySelector(`[name="${name}"]`);
        if (value && field) field.value = value;
      }
      this.update();
      this.$root.querySelector("[name=weight]").focus();
    },

    money(amount, maximumFractionDigits) {
      return money(amount, this.$root.dataset.currency, maximumFractionDigits);
    },

    // shown: the price in cents that the server calculated for what is typed, if it did.
    update(shown = "") {
      const texts = this.$root.dataset;
      const option = this.$root.querySelector("[name=printer]").selectedOptions[0];
      const grams = gramsFrom(this.$root.querySelector("[name=weight]").value);
      const hours = hoursFrom(this.$root.querySelector("[name=hours]").value);
      const cost = reckoned(option, grams, hours, Number(texts.minimumCents));
      this.expected().value = shown || (cost ? cost.cents : "");
      if (!cost) {
        this.cost = "–";
        this.how = texts.textWaiting;
        return;
      }
      const parts = [`${grams} g × ${this.money(cost.perGram, 4)}`];
      if (cost.perHour) parts.push(`${Math.round(hours * 100) / 100} h × ${this.money(cost.perHour, 4)}`);
      const sum = `${parts.join(" + ")} = ${this.money(cost.exact / 100)}`;
      this.cost = this.money(Number(this.expected().value) / 100);
      this.how = cost.exact < cost.cents ? filled(texts.textMinimum, { sum }) : sum;
    },
  };
}
