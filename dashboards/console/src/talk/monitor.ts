// Which groups the person at this browser hears and how loud, kept there for each person.
import { create } from "zustand";

import { recall, remember } from "../browser/memory";
import { EVERYTHING, keptText, readMonitoring, type Monitoring } from "./monitoring";

export const useMonitoring = create<Monitoring>(() => EVERYTHING);

let keptAs: string | null = null;

/** Take up what this person chose here before. */
export function monitorAs(personId: string): void {
  const name = `qianshao.monitoring.${personId}`;
  if (keptAs === name) return;
  keptAs = name;
  useMonitoring.setState(readMonitoring(recall(name)), true);
}

/** Change what is heard, and keep it. */
export function monitor(change: (monitoring: Monitoring) => Monitoring): void {
  const changed = change(useMonitoring.getState());
  useMonitoring.setState(changed, true);
  if (keptAs !== null) remember(keptAs, keptText(changed));
}
