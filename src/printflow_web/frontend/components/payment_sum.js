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
        suggested.value = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
        amount.value = suggested.value;
      });
    },
  };
}
