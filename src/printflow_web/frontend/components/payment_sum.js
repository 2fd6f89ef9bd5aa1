// The amount follows the jobs that are checked, until someone types another one. Cents are whole.
export function paymentSum() {
  return {
    init() {
      const amount = this.$el.querySelector("[name=amount]");
      const suggested = this.$el.querySelector("[name=suggested]");
      this.$el.addEventListener("change", (event) => {
        if (event.target.name !== "job" || amount.value !== suggested.value) return;
        const ticked = this.$el.querySelectorAll("[name=job]:checked");
        const cents = [...ticked].reduce((sum, box) => sum + Number(box.dataset.due), 0);
        const digits = Number(suggested.dataset.digits || 2); // of the currency; a yen has none
        suggested.value = (cents / 10 ** digits).toFixed(digits);
        amount.value = suggested.value;
      });
    },
  };
}
