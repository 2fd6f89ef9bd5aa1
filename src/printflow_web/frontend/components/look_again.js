// A page that waits for a look in the background: it is opened again until the look came back.
// Without scripts, people reload it themselves.
const AFTER = 1500;

export function lookAgain() {
  return {
    init() {
      this.timer = setTimeout(() => location.reload(), AFTER);
    },
    destroy() {
      clearTimeout(this.timer);
    },
  };
}
