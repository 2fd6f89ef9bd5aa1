// Shows the mail that the form would send, as it is filled in now. Nothing is done by it.
export function mailPreview() {
  return {
    shown: false,
    subject: "",
    text: "",
    problem: "",

    async look() {
      const texts = this.$root.dataset;
      this.subject = this.text = this.problem = "";
      try {
        const body = new FormData(this.$root.closest("form"));
        const answer = await fetch(texts.address, { method: "POST", body });
        const said = await answer.json();
        const [mail] = said.mails || [];
        if (mail) [this.subject, this.text] = [mail.subject, mail.text];
        else this.problem = said.problem || texts.none;
      } catch {
        this.problem = texts.lost;
      }
      this.shown = true;
    },
  };
}
