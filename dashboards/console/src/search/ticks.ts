// Pure: round times for a time axis.

const STEPS_S = [5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const MAX_TICKS = 7;

/** At most seven round instants between two times, milliseconds. */
export function ticksBetween(fromMs: number, toMs: number): number[] {
  const spanS = (toMs - fromMs) / 1000;
  const stepMs = (STEPS_S.find((step) => spanS / step <= MAX_TICKS - 1) ?? Math.ceil(spanS / (MAX_TICKS - 1))) * 1000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(fromMs / stepMs) * stepMs; tick <= toMs; tick += stepMs) ticks.push(tick);
  return ticks;
}
