// Two viewers that look from the same side and at the same scale: turn one, and the other follows.
//
//   const pair = new LinkedViews();
//   mountViewer(one, { …, ...pair.left }); mountViewer(other, { …, ...pair.right });
//
// gives the options; pair.join(left, right) then ties the two together.
export class LinkedViews {
  constructor() {
    this.viewers = [];
    this.radii = [0, 0];
    [this.left, this.right] = [0, 1].map((place) => ({
      turning: place === 0,
      laid: false, // both as in their files
      found: ({ extent }) => {
        this.radii[place] = Math.hypot(...extent) / 2;
      },
      drawn: () => this.scale(),
      moved: (side) => this.viewers[1 - place]?.follow({ side }),
    }));
  }

  join(left, right) {
    this.viewers = [left, right];
  }

  // So that what is larger is larger in the picture; and both from the side that the left one looks from.
  scale() {
    const radius = Math.max(...this.radii);
    this.viewers.forEach((viewer, place) => viewer.follow({ radius, leads: place === 0 }));
  }

  close() {
    for (const viewer of this.viewers) viewer.close();
    this.viewers = [];
    this.radii = [0, 0];
  }
}
