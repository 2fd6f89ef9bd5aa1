// The print room: kept fresh without a reload, and jobs that are dragged by their handle: onto a
// machine, which plans them there, or to another place of their list. A drag begins only after some
// way, shows where it would end, and changes nothing anywhere else. Everything has a button, too.
import { asking, busy, mergeRows } from "./live.js";

const FAR = 8;
const ROW = "[id^=queued-]";
const job = (row) => row.id.slice("queued-".length);
const student = (row) => row.querySelector(".queue-words a").textContent;
const ways = (row) => row.querySelectorAll("[name=move]"); // up and down
// Before which job it stands: another row, or the first of those that aren't shown.
const following = ({ nextElementSibling: next }) => (next ? next.dataset.first || job(next) : "");

// All that stands in the room but for the rows of its lists, in order.
function outline(room) {
  const parts = [...room.querySelectorAll("ol, [data-part], [data-tag]")].filter((one) => !one.parentElement.matches("ol"));
  return parts.map((one) => one.dataset.part || one.id).join();
}

export function printRoom() {
  return {
    ...asking(),
    dragged: null,

    init() {
      this.room = () => this.$root.querySelector("#room-columns");
      this.$root.addEventListener("pointerdown", (event) => this.grab(event));
      this.$root.addEventListener("pointermove", (event) => this.drag(event));
      this.$root.addEventListener("pointerup", (event) => this.drop(event));
      this.$root.addEventListener("pointercancel", () => this.letGo());
      document.addEventListener("keydown", (event) => event.key === "Escape" && this.letGo());
      this.$root.addEventListener("click", (event) => this.step(event));
      this.listen(this.$root);
    },

    // -- fresh ------------------------------------------------------------------------------------

    idle() {
      return document.hidden || Boolean(this.dragged);
    },

    address() {
      return window.location.pathname;
    },

    // Each part has a tag of its content; the server sends those whose tag isn't here yet.
    holds() {
      const parts = [this.room(), ...this.room().querySelectorAll("[data-tag]")];
      return parts.map((part) => part.dataset.tag || "").join(" ");
    },

    // What holds the parts comes where others stand in it than before, or in another order.
    merge(page) {
      const frame = page.getElementById("room-columns");
      const came = new Map([...page.body.children].map((part) => [part.id, part]));
      came.delete("room-columns");
      return frame ? this.arrange(frame, came) : this.renew(came.values());
    },

    renew(parts) {
      let whole = true;
      for (const fresh of parts) {
        const old = document.getElementById(fresh.id);
        if (!old) delete this.room().dataset.tag; // the next answer says where it stands
        if (!old || busy(old)) whole = false;
        else old.replaceWith(fresh);
      }
      return whole;
    },

    arrange(frame, came) {
      const room = this.room();
      const part = ({ dataset }) => came.get(dataset.part) || document.getElementById(dataset.part);
      const places = [...frame.querySelectorAll("[data-part]")];
      if (!places.every(part)) {
        for (const one of room.querySelectorAll("[data-tag]")) delete one.dataset.tag;
        return false;
      }
      if (outline(room) === outline(frame)) {
        const apart = [...came.values()].filter((one) => !one.matches("li"));
        let whole = this.renew(apart);
        for (const list of frame.querySelectorAll("ol")) {
          whole = mergeRows(document.getElementById(list.id), [...list.children].map(part)) && whole;
        }
        if (whole) room.dataset.tag = frame.dataset.tag;
        return whole;
      }
      if (busy(room)) return false;
      for (const place of places) place.replaceWith(part(place));
      room.replaceWith(frame);
      return true;
    },

    // -- by arrows --------------------------------------------------------------------------------

    step(event) {
      const button = event.target.closest("[name=move]");
      if (!button) return;
      const row = button.closest(ROW);
      const up = button === ways(row)[0];
      const beside = up ? row.previousElementSibling : row.nextElementSibling;
      // Past the last row that is shown, the button sends its form.
      if (!beside || !beside.matches(ROW)) return;
      event.preventDefault();
      row.parentElement.insertBefore(up ? row : beside, up ? beside : row);
      this.tidy(row.parentElement);
      (button.disabled ? row.querySelector("[name=move]:enabled") : button).focus();
      this.send(row);
    },

    // -- by drag ----------------------------------------------------------------------------------

    grab(event) {
      const handle = event.target.closest("[data-handle]");
      if (!handle || event.button !== 0) return;
      event.preventDefault();
      const row = handle.closest(ROW);
      this.dragged = { row, x: event.clientX, y: event.clientY, moving: false, target: null };
      this.$root.setPointerCapture(event.pointerId);
    },

    drag(event) {
      const held = this.dragged;
      if (!held) return;
      const far = Math.hypot(event.clientX - held.x, event.clientY - held.y);
      if (!held.moving && far < FAR) return;
      if (!held.moving) this.begin(held);
      held.ghost.style.translate = `${event.clientX + 12}px ${event.clientY + 12}px`;
      this.aim(held, event);
    },

    begin(held) {
      held.moving = true;
      held.row.classList.add("dragged");
      held.ghost = document.createElement("div");
      held.ghost.className = "drag-ghost";
      held.ghost.textContent = student(held.row);
      document.body.append(held.ghost);
    },

    // Where it would end: on a machine, or before a row of its own list.
    aim(held, event) {
      this.unmark();
      held.target = null;
      const under = document.elementFromPoint(event.clientX, event.clientY);
      const machine = under && under.closest("[data-machine]");
      if (machine) {
        machine.classList.add("drop-here");
        held.target = { machine: machine.dataset.machine };
        const words = this.$root.dataset.onto;
        held.ghost.textContent = words
          .replace("{name}", student(held.row))
          .replace("{machine}", machine.dataset.machine);
        return;
      }
      held.ghost.textContent = student(held.row);
      const over = under && under.closest(ROW);
      if (!over || over === held.row || over.parentElement !== held.row.parentElement) return;
      const box = over.getBoundingClientRect();
      const low = event.clientY > box.top + box.height / 2;
      over.classList.add(low ? "drop-after" : "drop-before");
      held.target = { before: low ? over.nextElementSibling : over };
    },

    unmark() {
      for (const one of this.$root.querySelectorAll(".drop-here, .drop-before, .drop-after")) {
        one.classList.remove("drop-here", "drop-before", "drop-after");
      }
    },

    drop() {
      const held = this.dragged;
      if (!held) return;
      this.letGo();
      if (!held.moving || !held.target) return;
      if (held.target.machine) this.plan(held.row, held.target.machine);
      else if (held.target.before !== held.row) this.place(held.row, held.target.before);
    },

    letGo() {
      const held = this.dragged;
      if (!held) return;
      this.dragged = null;
      this.unmark();
      held.row.classList.remove("dragged");
      if (held.ghost) held.ghost.remove();
    },

    place(row, before) {
      if (row.nextElementSibling === before) return;
      row.parentElement.insertBefore(row, before);
      this.tidy(row.parentElement);
      this.send(row);
    },

    // Nothing in the list is as it was sent any more.
    tidy(list) {
      for (const one of [this.room(), ...list.children]) delete one.dataset.tag;
      const rows = [...list.querySelectorAll(ROW)];
      rows.forEach((row, place) => {
        const [up, down] = ways(row);
        up.disabled = place === 0;
        down.disabled = place === rows.length - 1;
        // The ends belonged to the old order; the next look at the page has the new ones.
        row.querySelector("[data-ends]").textContent = "";
      });
    },

    body(values) {
      const form = document.getElementById("room-form");
      return new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...values });
    },

    async send(row) {
      const rows = [...row.parentElement.querySelectorAll(ROW)];
      const words = this.$root.dataset;
      try {
        const answer = await fetch(document.getElementById("room-form").action, {
          method: "POST",
          body: this.body({ move: `${job(row)} ${following(row)}` }),
          headers: { "X-Requested-With": "XMLHttpRequest" },
        });
        if (!answer.ok) throw new Error(answer.statusText);
        this.$refs.said.textContent = words.moved
          .replace("{id}", job(row))
          .replace("{place}", rows.indexOf(row) + 1)
          .replace("{count}", rows.length);
        this.notice(await this.page(await fetch(window.location.pathname)));
      } catch {
        this.$refs.said.textContent = words.failed;
        setTimeout(() => location.reload(), 1500);
      }
    },

    async page(answer) {
      return new DOMParser().parseFromString(await answer.text(), "text/html");
    },

    // The notice of a page that was asked for, with its Undo, takes the place of the one before.
    notice(page) {
      const notices = page.querySelector(".flashes");
      const old = document.querySelector(".flashes");
      if (old) old.remove();
      if (notices) document.querySelector("#content > .wrap").prepend(notices);
    },

    // The answer is the page itself: its notice has the Undo.
    async plan(row, machine) {
      try {
        const answer = await fetch(this.$root.dataset.plan, {
          method: "POST",
          body: this.body({ job: job(row), machine }),
        });
        if (!answer.ok) throw new Error(answer.statusText);
        const page = await this.page(answer);
        this.notice(page);
        const fresh = page.getElementById("room-columns");
        this.room().replaceWith(fresh);
      } catch {
        location.reload();
      }
    },
  };
}
