// A step was chosen, on the map or in the strip: its camera and its picture come into sight, and nothing before them; chosen again
// it goes.
import { chooseOnMap } from "../map/store";
import { chooseSighting, useSearchStore } from "../search/store";
import type { ShownStep } from "./shown";

export function chooseStep({ step }: ShownStep): void {
  const { sighting_id } = step.sighting;
  const isChosen = useSearchStore.getState().chosenSightingId === sighting_id;
  chooseSighting(isChosen ? null : sighting_id);
  chooseOnMap(null);
}
