// Keeps a list of jobs fresh: asks every few seconds, with the tag of what it shows, and is told
// "not modified" nearly always. What changed is put in row by row, so that the focus, an open menu
// or dialog, ticked boxes and the scroll position stay as they are.
const SOUND = "printflow.sound";

export function busy(row) {
  return row.contains(document.activeElement) || row.querySelector("details[open], input:checked");
}

export function mergeRows(list, fresh) {
  const wanted = [...fresh.children];
  const known = new Map([...list.children].map((row) => [row.id, row]));
  const names = new Set(wanted.map((row) => row.id));
  for (const [name, row] of known) if (!names.has(name) && !busy(row)) row.remove();
  let place = list.firstElementChild;
  for (const row of wanted) {
    const old = known.get(row.id);
    let current = old;
    if (!old) current = row;
    else if (!busy(old) && !old.isEqualNode(row)) {
      old.replaceWith(row);
      current = row;
      if (place === old) place = row;
    }
    if (place === current) place = place.nextElementSibling;
    else if (current !== old || !busy(old)) list.insertBefore(current, place);
  }
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

    // Out of sight only what is to be heard counts.
    async ask() {
      if (document.hidden && !this.sound) return;
      try {
        const headers = { "X-Requested-With": "live", "If-None-Match": `"${this.etag}"` };
        const answer = await fetch(window.location.href, { headers, cache: "no-store" });
        if (answer.status === 401 || answer.redirected) window.location.reload();
        else if (answer.ok) this.merge(await answer.text(), answer.headers.get("ETag"));
        this.lost = !answer.ok && answer.status !== 304;
        if (!this.lost) this.said();
      } catch {
        this.lost = true;
      }
      this.wait();
    },

    merge(text, tag) {
      const page = new DOMParser().parseFromString(text, "text/html");
      const waiting = (root) => Number(root.querySelector("[data-waiting]").dataset.waiting);
      const more = waiting(page) > waiting(document);
      for (const id of ["list-tabs", "list-head", "list-foot"]) {
        const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
        if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
      }
      const [list, fresh] = [document.getElementById("job-list"), page.getElementById("job-list")];
      if (list && fresh && list.tagName === fresh.tagName) mergeRows(list, fresh);
      else if (list && fresh) list.replaceWith(fresh);
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
