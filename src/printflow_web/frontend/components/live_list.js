// Keeps a list of jobs fresh (see live.js), row by row, so that the focus, an open menu or dialog,
// ticked boxes and the scroll position stay as they are. The search narrows it while it is typed.
// Each part has a tag of its content; the server sends those whose tag isn't here yet.
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

    holds() {
      return [...document.querySelectorAll("[data-tag]")].map((part) => part.dataset.tag).join(" ");
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
        delete row.dataset.tag; // it's no longer the row that was sent
        row.querySelector(".row-name").focus();
        await this.ask();
      } catch {
        this.lost = true;
      }
    },

    // With `anew` another list is wanted: nothing stays ticked that is no longer shown.
    merge(page, anew) {
      const waiting = (root) => Number(root.querySelector("[data-waiting]")?.dataset.waiting || 0);
      const more = waiting(page) > waiting(document);
      let whole = true;
      for (const id of PARTS) {
        const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
        if (!old || !fresh) continue;
        if (old.contains(document.activeElement)) whole = false;
        else if (id === "list-tabs") keepTabsInView(old, fresh);
        else old.replaceWith(fresh);
      }
      if (!this.mergeList(page, anew)) whole = false;
      if (more && this.sound) beep();
      return whole;
    },

    // The rows that came, and those that are here already, in the order of the newest list.
    mergeList(page, anew) {
      const [old, fresh] = [document.getElementById("job-list"), page.getElementById("job-list")];
      const order = ((fresh || old).dataset.order || "").split(" ").filter(Boolean);
      const rows = order.map((id) => page.getElementById(id) || document.getElementById(id));
      const wanted = rows.filter(Boolean);
      let whole = wanted.length === rows.length;
      const alike = fresh && fresh.dataset.order && fresh.tagName === old.tagName && fresh.className === old.className;
      if (fresh && !alike) {
        fresh.append(...wanted);
        old.replaceWith(fresh);
        return whole;
      }
      if (!mergeRows(old, wanted, anew)) whole = false;
      else if (fresh) for (const name of ["order", "tag"]) old.dataset[name] = fresh.dataset[name];
      return whole;
    },

    toggleSound() {
      this.sound = !this.sound;
      localStorage.setItem(SOUND, this.sound ? "on" : "off");
      if (this.sound) beep();
    },
  };
}
