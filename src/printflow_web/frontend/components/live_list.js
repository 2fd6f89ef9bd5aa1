// Keeps a list of jobs fresh: asks every few seconds, with the tag of what it shows, and is told
// "not modified" nearly always. What changed is put in row by row, so that the focus, an open menu
// or dialog, ticked boxes and the scroll position stay as they are; a row that is in use catches up
// as soon as it no longer is. The search narrows the list while it is typed.
import { searchAsTyped } from "./list_search.js";
import { keepTabsInView } from "./tabs.js";

const SOUND = "printflow.sound";
const PARTS = ["list-tabs", "list-head", "list-ways", "list-chips", "list-foot"];

export function busy(row) {
  return row.contains(document.activeElement) || row.querySelector("details[open], input:checked");
}

// Whether all rows are now as they should be: false where one in use was left as it was. Where
// another list was asked for (`anew`), no row stays that isn't in it, in use or not.
export function mergeRows(list, fresh, anew = false) {
  let whole = true;
  const wanted = [...fresh.children];
  const known = new Map([...list.children].map((row) => [row.id, row]));
  const names = new Set(wanted.map((row) => row.id));
  for (const [name, row] of known) {
    if (names.has(name)) continue;
    if (busy(row) && !anew) whole = false;
    else row.remove();
  }
  let place = list.firstElementChild;
  for (const row of wanted) {
    const old = known.get(row.id);
    let current = old;
    if (!old) current = row;
    else if (busy(old)) whole &&= old.isEqualNode(row);
    else if (!old.isEqualNode(row)) {
      old.replaceWith(row);
      current = row;
      if (place === old) place = row;
    }
    if (place === current) place = place.nextElementSibling;
    else if (current !== old || !busy(old)) list.insertBefore(current, place);
  }
  return whole;
}

// Calls back when something that was in use may no longer be.
export function whenLeft(root, back) {
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(back, 150);
  };
  root.addEventListener("focusout", soon);
  root.addEventListener("change", soon);
  root.addEventListener("toggle", soon, true);
}

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
    updated: "",
    lost: false,
    sound: false,

    init() {
      this.etag = this.$el.dataset.etag;
      this.pause = Number(this.$el.dataset.poll) * 1000;
      this.sound = localStorage.getItem(SOUND) === "on";
      this.said();
      if (this.pause) this.wait();
      document.addEventListener("visibilitychange", () => {
        if (!document.hidden) this.ask();
      });
      document.addEventListener("submit", (event) => this.review(event));
      // What was left out is asked for again, as the tag of what is shown says that it's missing.
      whenLeft(document, () => this.behind && this.ask());
      searchAsTyped(() => this.ask(true));
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

    wait() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), this.pause);
    },

    said() {
      this.updated = new Date().toLocaleTimeString();
    },

    // Out of sight only what is to be heard counts. With `anew` another list is wanted: nothing stays
    // ticked that is no longer shown. Of several answers under way only the last asked for counts.
    async ask(anew = false) {
      if (document.hidden && !this.sound && !anew) return;
      this.anew ||= anew;
      this.asked = (this.asked || 0) + 1;
      const [turn, address] = [this.asked, window.location.href];
      try {
        const headers = { "X-Requested-With": "live", "If-None-Match": `"${this.behind ? "" : this.etag}"` };
        const answer = await fetch(address, { headers, cache: "no-store" });
        const text = answer.ok ? await answer.text() : "";
        if (turn !== this.asked || address !== window.location.href) return; // asked again meanwhile
        if (answer.status === 401 || answer.redirected) window.location.reload();
        else if (answer.ok) this.merge(text, answer.headers.get("ETag"));
        if (answer.status === 304) this.anew = false;
        this.lost = !answer.ok && answer.status !== 304;
        if (!this.lost) this.said();
      } catch {
        this.lost = true;
      } finally {
        if (this.pause) this.wait();
      }
    },

    merge(text, tag) {
      const page = new DOMParser().parseFromString(text, "text/html");
      const waiting = (root) => Number(root.querySelector("[data-waiting]").dataset.waiting);
      const more = waiting(page) > waiting(document);
      this.behind = false;
      for (const id of PARTS) {
        const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
        if (!old || !fresh || old.isEqualNode(fresh)) continue;
        if (old.contains(document.activeElement)) this.behind = true;
        else if (id === "list-tabs") keepTabsInView(old, fresh);
        else old.replaceWith(fresh);
      }
      const [list, fresh] = [document.getElementById("job-list"), page.getElementById("job-list")];
      const same = list.tagName === fresh.tagName && list.className === fresh.className;
      if (!same) list.replaceWith(fresh);
      else if (!mergeRows(list, fresh, this.anew)) this.behind = true;
      this.anew = false;
      document.dispatchEvent(new CustomEvent("list-changed"));
      if (tag) this.etag = tag.replace(/^W\/|"/g, "");
      if (more && this.sound) beep();
    },

    toggleSound() {
      this.sound = !this.sound;
      localStorage.setItem(SOUND, this.sound ? "on" : "off");
      if (this.sound) beep();
    },
  };
}
