// Copies the text of [data-copy] beside the button. Browsers offer it only on https and localhost;
// elsewhere the text is selected, ready for Ctrl+C.
export function copyText() {
  return {
    done: false,

    async copy() {
      const source = this.$root.querySelector("[data-copy]");
      if (navigator.clipboard) {
        await navigator.clipboard.writeText(source.textContent.trim());
        this.done = true;
        setTimeout(() => {
          this.done = false;
        }, 2000);
        return;
      }
      window.getSelection().selectAllChildren(source);
    },
  };
}
