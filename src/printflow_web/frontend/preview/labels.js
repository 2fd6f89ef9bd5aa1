// The numbers and names of a project's plates: where each stands in the picture.
import { Vector3 } from "three";

export class Labels {
  // labels: [{at, wide}], in the coordinates of the mesh
  constructor(mesh, labels) {
    this.mesh = mesh;
    this.labels = labels;
  }

  get any() {
    return this.labels.length > 0;
  }

  // In the pixels of a picture of this size: below the middle of each, and how wide what it names is.
  seen(camera, width, height) {
    this.mesh.updateWorldMatrix(true, false);
    const place = (point) => {
      const { x, y } = this.mesh.localToWorld(new Vector3(...point)).project(camera);
      return { x: ((x + 1) / 2) * width, y: ((1 - y) / 2) * height };
    };
    return this.labels.map(({ at: [x, y, z], wide }) => {
      const [left, right] = [-0.5, 0.5].map((side) => place([x + side * wide, y, z]).x);
      return { ...place([x, y, z]), wide: Math.abs(right - left) };
    });
  }
}
