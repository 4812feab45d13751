// What is chosen on the map: a venue or a camera.
import { create } from "zustand";

type Chosen = { kind: "venue" | "camera"; id: string } | null;

export const useMapDesk = create<{ chosen: Chosen }>(() => ({ chosen: null }));

export function chooseOnMap(chosen: Chosen): void {
  useMapDesk.setState({ chosen });
}
