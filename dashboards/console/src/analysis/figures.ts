// Pure: what a stage of looking costs, out of what the worker counted.
import type { Figures } from "./look";

const STAGES = ["decode", "motion", "detect", "track", "describe"] as const;
export type Stage = (typeof STAGES)[number];

/** Processor time of each stage: of one decoded picture, look or sighting; null where there was none yet. */
export function perStage(figures: Figures): { stage: Stage; ms: number | null }[] {
  const { frames_decoded, frames_looked_at, sightings, stages_ms } = figures;
  const times = { decode: frames_decoded, motion: frames_decoded, detect: frames_looked_at, track: frames_looked_at, describe: sightings };
  if (stages_ms.length < STAGES.length) return [];
  return STAGES.map((stage, place) => ({ stage, ms: times[stage] === 0 ? null : (stages_ms[place] ?? 0) / times[stage] }));
}
