// A place in a project's own coordinates, where the picture shows its plate: each of `moves` is
// {low, high, by}, a plate's box in the project and how it was moved. The plate it lies on, else the
// nearest, takes it along.
export function moved(place, moves) {
  let nearest = null;
  for (const { low, high, by } of moves) {
    const away = place.map((value, axis) => Math.max(low[axis] - value, 0, value - high[axis]));
    const distance = Math.hypot(...away);
    if (!nearest || distance < nearest.distance) nearest = { distance, by };
  }
  return nearest ? place.map((value, axis) => value + nearest.by[axis]) : place;
}
