// The pins over the picture: a small button with a number at each marked place, the words at the one
// that is looked at, and a button back to the whole model.
const ROOM = 0.55; // of the width: words of pins further right stand left of them

export class PinLayer {
  // picked: told the number of a pin that was clicked, or null
  constructor(texts, picked) {
    this.pick = picked;
    this.marked = null;
    this.element = document.createElement("div");
    this.element.className = "viewer-pins";
    this.label = document.createElement("p");
    this.label.className = "viewer-pin-label";
    this.label.setAttribute("aria-hidden", "true"); // the list says it, and the status
    this.said = document.createElement("p");
    this.said.className = "sr-only";
    this.said.setAttribute("role", "status");
    this.whole = document.createElement("button");
    this.whole.type = "button";
    this.whole.className = "button button-small viewer-whole";
    this.whole.textContent = texts.whole;
    this.whole.addEventListener("click", () => this.pick(null));
    this.texts = texts;
    this.set([]);
  }

  // places: [{at, label}]
  set(places) {
    this.places = places;
    this.buttons = places.map(({ label }, number) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "viewer-pin";
      button.textContent = number + 1;
      button.setAttribute("aria-label", `${number + 1}. ${label}`);
      button.hidden = true;
      button.addEventListener("click", () => this.pick(number));
      return button;
    });
    this.element.replaceChildren(...this.buttons, this.label, this.whole, this.said);
    this.mark(null);
  }

  mark(number) {
    const place = this.places[number];
    this.marked = place ? number : null;
    this.buttons.forEach((button, other) => {
      if (other === this.marked) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
    this.label.hidden = true; // until it is known where
    this.label.textContent = place ? place.label : "";
    this.whole.hidden = !place;
    this.said.textContent = place ? this.texts.pinned.replace("{label}", place.label) : "";
  }

  // seen: {x, y, far} of each pin, in the picture's pixels
  place(seen) {
    const { width, height } = this.element.getBoundingClientRect();
    seen.forEach(({ x, y, far }, number) => {
      const button = this.buttons[number];
      if (!button) return;
      button.hidden = x < 0 || y < 0 || x > width || y > height;
      button.style.transform = `translate(${x}px, ${y}px)`;
      button.classList.toggle("viewer-pin-far", far);
      if (number !== this.marked) return;
      this.label.hidden = button.hidden;
      const left = x > width * ROOM;
      this.label.style.maxWidth = `${Math.max(left ? x : width - x, 80) - 28}px`;
      this.label.style.transform = `translate(${x}px, ${y}px) translate(${left ? "calc(-100% - 18px)" : "18px"}, -50%)`;
    });
  }
}
