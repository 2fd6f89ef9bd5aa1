// The words below the plates of a project, over the picture.
const LEAST = 28; // pixels, in which a number has room

export class LabelLayer {
  constructor() {
    this.element = document.createElement("div");
    this.element.className = "viewer-labels";
    this.places = [];
    this.seen = [];
  }

  // labels: [{number, name}]
  set(labels) {
    this.places = labels.map(({ number, name }) => {
      const place = document.createElement("span");
      place.className = "viewer-label";
      place.textContent = `${number} ${name}`.trim();
      place.hidden = true;
      return place;
    });
    this.element.replaceChildren(...this.places);
    this.place(this.seen); // the picture was drawn before it was told what is in it
  }

  // seen: {x, y, wide} of each, in the picture's pixels
  place(seen) {
    this.seen = seen;
    seen.forEach(({ x, y, wide }, number) => {
      const place = this.places[number];
      if (!place) return;
      place.hidden = false;
      place.style.maxWidth = `${Math.max(wide, LEAST)}px`;
      place.style.transform = `translate(${x}px, ${y}px) translate(-50%, 0.25rem)`;
    });
  }
}
