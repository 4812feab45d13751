// Pure: where the words beside the pins go on the map, so that none hides a pin or another.

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Label {
  /** The middle of what it belongs to, pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** How far its edge stays from the middle. */
  away: number;
}

const meet = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The box of each label, to the right of its place, else to its left, below or above; null: there is no room for it. The first have the first choice. */
export function placed(labels: readonly Label[], pins: readonly Box[]): (Box | null)[] {
  const taken = [...pins];
  return labels.map(({ x, y, width, height, away }) => {
    const beside = [
      { x: x + away, y: y - height / 2 },
      { x: x - away - width, y: y - height / 2 },
      { x: x - width / 2, y: y + away },
      { x: x - width / 2, y: y - away - height },
    ];
    const free = beside.map((corner) => ({ ...corner, width, height })).find((box) => !taken.some((other) => meet(box, other)));
    if (free !== undefined) taken.push(free);
    return free ?? null;
  });
}
