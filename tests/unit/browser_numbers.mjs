// How pages write numbers: node browser_numbers.mjs TAG..., a line of JSON for each language.
import * as numbers from "../../src/printflow_web/frontend/components/numbers.js";

for (const lang of process.argv.slice(2)) {
  globalThis.document = { documentElement: { lang } };
  console.log(
    JSON.stringify({
      money: [4.25, 1234.5, -4.25].map((amount) => numbers.money(amount, "USD")),
      others: ["EUR", "BRL", ...(lang === "en" ? [] : ["CHF"])].map((currency) => numbers.money(4.25, currency)),
      yen: numbers.money(425, "JPY"),
      whole: numbers.grouped(1234567),
      fixed: numbers.fixed(1234.5, 2),
      small: numbers.asWritten("0.1"),
      sizes: [999, 12_400_000].map(numbers.sizeText),
      listed: numbers.listed(["PLA", "PETG"]),
    }),
  );
}
