// What keeps an open page fresh: asks every few seconds, with the tag of what it shows, and is told
// "not modified" nearly always. Lists, the print room and other pages differ only in what they do
// with an answer. What is in use (focus, an open menu, a ticked box, selected text) stays as it is,
// and catches up as soon as it no longer is.
import { language } from "./numbers.js";

const LONGEST_PRESS = 2000; // a release outside the window isn't heard of

export function busy(part) {
  const chosen = window.getSelection();
  const read = chosen && !chosen.isCollapsed && chosen.containsNode(part, true);
  return read || part.contains(document.activeElement) || part.querySelector("details[open], [data-menu][aria-expanded], input:checked");
}

// Calls back when something that was in use may no longer be.
function whenLeft(back) {
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(back, 150);
  };
  for (const kind of ["focusout", "change", "pointerup"]) document.addEventListener(kind, soon);
  document.addEventListener("toggle", soon, true);
}

// Shared by the components below; each has `merge(page, anew)`, which says whether all it shows is
// now as it should be, and may have `idle()` (nothing is asked now), `address()` and `holds()` (the
// tags of the parts that it shows, which are then not sent again).
export function asking() {
  return {
    updated: "",
    lost: false,

    listen(root) {
      this.etag = root.dataset.etag;
      this.pause = Number(root.dataset.poll) * 1000;
      this.soon = Number(root.dataset.soon || 0) * 1000;
      const seen = () => document.hidden || this.ask();
      document.addEventListener("visibilitychange", seen);
      // Back to a page that the browser kept as it was.
      window.addEventListener("pageshow", (event) => event.persisted && this.ask());
      // What was left out is asked for again, as the tag of what is shown says that it's missing.
      whenLeft(() => this.behind && this.ask());
      // Nothing moves between a press and its release: the click would meet something else.
      for (const [kind, pressed] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
        document.addEventListener(kind, () => {
          this.pressed = pressed && Date.now();
        });
      }
      this.said();
      this.wait();
    },

    idle: () => document.hidden,
    address: () => window.location.href,

    wait() {
      clearTimeout(this.timer);
      if (!this.pause) return;
      this.timer = setTimeout(() => this.ask(), this.soon || this.pause);
    },

    said() {
      this.updated = new Date().toLocaleTimeString(language());
    },

    // With `anew` other things are wanted than those shown. Of several answers under way only the
    // last asked for counts.
    async ask(anew = false) {
      if (this.idle() && !anew) {
        this.wait();
        return;
      }
      this.anew ||= anew;
      this.asked = (this.asked || 0) + 1;
      const [turn, address] = [this.asked, this.address()];
      try {
        const headers = { "X-Requested-With": "live", "If-None-Match": `"${this.behind ? "" : this.etag}"` };
        if (this.holds) headers["X-Holds"] = this.holds();
        const answer = await fetch(address, { headers, cache: "no-store" });
        const text = answer.ok ? await answer.text() : "";
        if (turn !== this.asked || address !== this.address()) return; // asked again meanwhile
        if (answer.redirected || [401, 403].includes(answer.status)) window.location.reload();
        else if (answer.ok) this.take(text, answer.headers.get("ETag"));
        if (answer.status === 304) this.anew = false;
        this.soon = Number(answer.headers.get("X-Look-Again")) * 1000;
        this.lost = !answer.ok && answer.status !== 304;
        if (!this.lost) this.said();
      } catch {
        this.lost = true;
      } finally {
        if (turn === this.asked) this.wait();
      }
    },

    take(text, tag) {
      if (Date.now() - this.pressed < LONGEST_PRESS && !this.anew) {
        this.behind = true;
        return;
      }
      const page = new DOMParser().parseFromString(text, "text/html");
      this.behind = !this.merge(page, this.anew);
      this.anew = false;
      document.dispatchEvent(new CustomEvent("list-changed"));
      this.etag = (tag || "").replace(/^W\/|"/g, "");
    },
  };
}

// Puts the wanted rows into the list, newer ones in the place of those of their name. Whether all are
// now as they should be: false where one in use was left as it was. Where another list was asked for
// (`anew`), no row stays that isn't in it, in use or not.
export function mergeRows(list, wanted, anew = false) {
  let whole = true;
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

// A part as the server gave it: scripts change some afterwards (charts are drawn).
const served = new WeakMap();
const PARTS = "[data-live], [data-live-rows]";

export function rememberParts(root) {
  for (const part of root.querySelectorAll("[data-live], [data-live-apart]")) served.set(part, part.outerHTML);
}

function renew(old, fresh) {
  const text = fresh.outerHTML;
  const scrolled = [...old.querySelectorAll("[data-scrolls]")].map((one) => [one.id, one.scrollTop, one.scrollLeft]);
  old.replaceWith(fresh);
  served.set(fresh, text);
  for (const [id, top, left] of scrolled) fresh.querySelector(`#${CSS.escape(id)}`)?.scrollTo(left, top);
}

function renewUnused(fresh) {
  const old = document.getElementById(fresh.id);
  if ((served.get(old) || old.outerHTML) === fresh.outerHTML) return true;
  if (busy(old)) return false;
  renew(old, fresh);
  return true;
}

// Part by part: those of one name take each other's place. Where there are other parts than before,
// all of it does. False where something in use was left as it was.
export function mergeParts(root, fresh) {
  const names = (one) => [...one.querySelectorAll(PARTS)].map(({ id }) => id);
  if (names(root).join() !== names(fresh).join()) {
    if (busy(root)) return false;
    root.replaceWith(fresh);
    rememberParts(fresh);
    return true;
  }
  let whole = true;
  for (const part of [...fresh.querySelectorAll(PARTS)]) {
    if (part.matches("[data-live-rows]")) whole = mergeRows(document.getElementById(part.id), [...part.children]) && whole;
    else whole = renewUnused(part) && whole;
  }
  return whole;
}

// A page whose parts stand below one element, #live-parts, and some apart from it.
export function livePage() {
  return {
    ...asking(),

    init() {
      rememberParts(document);
      this.listen(this.$root);
    },

    merge(page) {
      const apart = [...page.querySelectorAll("[data-live-apart]")].map(renewUnused);
      const whole = mergeParts(document.getElementById("live-parts"), page.getElementById("live-parts"));
      return whole && !apart.includes(false);
    },
  };
}
