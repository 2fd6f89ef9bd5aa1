// The amount follows the jobs that are ticked, until somebody types another one. Cents are whole.
export function paymentSum() {
  return {
    suggested: "",

    init() {
      const amount = this.$el.querySelector("[name=amount]");
      this.suggested = amount.value;
      this.$el.addEventListener("change", (event) => {
        if (event.target.name !== "job" || amount.value !== this.suggested) return;
        const ticked = this.$el.querySelectorAll("[name=job]:checked");
        const cents = [...ticked].reduce((sum, box) => sum + Number(box.dataset.due), 0);
        this.suggested = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
        amount.value = this.suggested;
      });
    },
  };
}
