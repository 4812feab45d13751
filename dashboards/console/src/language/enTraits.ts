// The texts in English of what a sighting tells of a person beside colours.
import type { zhTraits } from "./zhTraits";

export const enTraits: typeof zhTraits = {
  metres: (m, error) => (error === null ? `${m} m` : `${m}±${error} m`),
  child: "likely a child",
  adult: "likely an adult",
  pattern: { plain: "plain top", striped: "striped top", checked: "checked top", printed: "printed top" },
  bag: { backpack: "backpack", handbag: "handbag", suitcase: "suitcase" },
  headWear: "head covered",
  movement: { standing: "stands", towards: "towards camera", away: "away from camera", left: "goes left", right: "goes right" },
  heading: ["goes N", "goes NE", "goes E", "goes SE", "goes S", "goes SW", "goes W", "goes NW"],
  speed: (mps) => `${mps} m/s`,
  companions: (n) => `with ${n} other${n === 1 ? "" : "s"}`,
};
