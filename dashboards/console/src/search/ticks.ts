// Pure: round times for a time axis.

const STEPS_MIN = [1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440];
const MAX_TICKS = 7;

/** At most seven round instants between two times, milliseconds. */
export function ticksBetween(fromMs: number, toMs: number): number[] {
  const spanMin = (toMs - fromMs) / 60_000;
  const stepMs = (STEPS_MIN.find((step) => spanMin / step <= MAX_TICKS - 1) ?? Math.ceil(spanMin / 6)) * 60_000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(fromMs / stepMs) * stepMs; tick <= toMs; tick += stepMs) ticks.push(tick);
  return ticks;
}
