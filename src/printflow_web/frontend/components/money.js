// An amount as people of the page's language write it.
export function money(amount, currency, maximumFractionDigits) {
  const language = document.documentElement.lang || "en";
  return new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits }).format(amount);
}
