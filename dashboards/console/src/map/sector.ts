// Pure: the ground a camera sees, as a sector around it.

const METRES_PER_DEGREE = 111_320;
const STEPS = 10;

/** Corners (latitude, longitude) of the sector, the camera first. Headings run clockwise from north. */
export function viewSector(
  latitude: number,
  longitude: number,
  headingDeg: number,
  viewDeg: number,
  rangeM: number,
): [number, number][] {
  const corners: [number, number][] = [[latitude, longitude]];
  const eastPerDegree = METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180);
  for (let step = 0; step <= STEPS; step += 1) {
    const angle = ((headingDeg - viewDeg / 2 + (viewDeg * step) / STEPS) * Math.PI) / 180;
    corners.push([
      latitude + (Math.cos(angle) * rangeM) / METRES_PER_DEGREE,
      longitude + (Math.sin(angle) * rangeM) / eastPerDegree,
    ]);
  }
  return corners;
}
