// Keeps a list of jobs fresh (see live.js), row by row, so that the focus, an open menu or dialog,
// ticked boxes and the scroll position stay as they are. The search narrows it while it is typed.
import { asking, mergeRows } from "./live.js";
import { searchAsTyped } from "./list_search.js";
import { keepTabsInView } from "./tabs.js";

const SOUND = "printflow.sound";
const PARTS = ["list-tabs", "list-head", "list-ways", "list-chips", "list-foot"];

function beep() {
  const context = new AudioContext();
  const volume = context.createGain();
  volume.gain.setValueAtTime(0.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.4);
  const tone = context.createOscillator();
  tone.frequency.value = 880;
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.4);
}

export function liveList() {
  return {
    ...asking(),
    sound: false,

    init() {
      this.sound = localStorage.getItem(SOUND) === "on";
      document.addEventListener("submit", (event) => this.review(event));
      searchAsTyped(() => this.ask(true));
      this.listen(this.$root);
    },

    // Out of sight only what is to be heard counts.
    idle() {
      return document.hidden && !this.sound;
    },

    // Marking a job as reviewed leaves everything else where it is.
    async review(event) {
      if (event.target.id !== "reviewed" || !event.submitter) return;
      event.preventDefault();
      const body = new URLSearchParams(new FormData(event.target));
      const row = event.submitter.closest("li");
      try {
        await fetch(event.submitter.formAction, { method: "POST", body, redirect: "manual" });
        event.submitter.remove();
        row.querySelector(".row-name").focus();
        await this.ask();
      } catch {
        this.lost = true;
      }
    },

    // With `anew` another list is wanted: nothing stays ticked that is no longer shown.
    merge(page, anew) {
      const waiting = (root) => Number(root.querySelector("[data-waiting]").dataset.waiting);
      const more = waiting(page) > waiting(document);
      let whole = true;
      for (const id of PARTS) {
        const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
        if (!old || !fresh || old.isEqualNode(fresh)) continue;
        if (old.contains(document.activeElement)) whole = false;
        else if (id === "list-tabs") keepTabsInView(old, fresh);
        else old.replaceWith(fresh);
      }
      const [list, fresh] = [document.getElementById("job-list"), page.getElementById("job-list")];
      const same = list.tagName === fresh.tagName && list.className === fresh.className;
      if (!same) list.replaceWith(fresh);
      else if (!mergeRows(list, fresh, anew)) whole = false;
      if (more && this.sound) beep();
      return whole;
    },

    toggleSound() {
      this.sound = !this.sound;
      localStorage.setItem(SOUND, this.sound ? "on" : "off");
      if (this.sound) beep();
    },
  };
}
