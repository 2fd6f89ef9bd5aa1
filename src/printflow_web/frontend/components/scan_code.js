// Reads the code on a bag through the phone's camera, where the browser can do that itself; else
// there is no button, and the phone's own camera opens the code.
const PLACES = /^\/(?:pick-up|dashboard\/jobs)\/([0-9A-Za-z]{8})\/?$/;
const PAUSE = 200;

// The job of a code; "" where it leads elsewhere. Only the number is taken: never an address.
export function jobOf(text) {
  try {
    const found = new URL(text).pathname.match(PLACES);
    return found ? found[1] : "";
  } catch {
    return "";
  }
}

export function scanCode() {
  let stream = null; // beside the component: a camera is nothing to watch for changes
  return {
    possible: false,
    open: false,
    problem: "",

    async init() {
      if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
      const formats = await window.BarcodeDetector.getSupportedFormats();
      this.possible = formats.includes("qr_code");
    },

    async start() {
      if (this.open) return;
      this.problem = "";
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch {
        this.problem = this.$root.dataset.denied;
        return;
      }
      this.open = true;
      this.$refs.video.srcObject = stream;
      await this.$refs.video.play();
      await this.look(new window.BarcodeDetector({ formats: ["qr_code"] }));
    },

    async look(detector) {
      while (this.open) {
        const codes = await detector.detect(this.$refs.video).catch(() => []);
        for (const code of codes) {
          const job = jobOf(code.rawValue);
          if (job) {
            this.stop();
            window.location.assign(`${this.$root.dataset.jobs}/${job}`);
            return;
          }
          this.problem = this.$root.dataset.foreign;
        }
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    },

    stop() {
      this.open = false;
      for (const track of stream ? stream.getTracks() : []) track.stop();
      stream = null;
    },
  };
}
