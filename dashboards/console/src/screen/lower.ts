// What lies below the map: what somebody chose, else what there is to see.
import { create } from "zustand";

import { boardOf } from "../alerts/board";
import { useChosenAlert, useMapAlert } from "../alerts/chosen";
import { useAlertDesk } from "../alerts/store";
import { useOpenCase } from "../cases/store";
import { useShownChild } from "../missing/store";
import { usePath } from "../path/store";
import { useHits } from "../search/useHits";
import { useMay } from "../session/store";

export type LowerTab = "response" | "missing" | "case" | "mediation" | "wall" | "events" | "path" | "timeline" | "groups";

const OF_CASE: ReadonlySet<LowerTab> = new Set(["missing", "case", "mediation"]);

/**
 * So many silent radios have room beside the map, in the left column of a screen of 768 px, while no alert is written there;
 * more take the lower panel.
 */
const FIT_LEFT = 16;

/** `alertId`: the alert that was shown as somebody chose; with another the screen chooses anew. */
const useChosenTab = create<{ tab: LowerTab | null; alertId: string | null }>(() => ({ tab: null, alertId: null }));

export function chooseLowerTab(tab: LowerTab, alertId: string | null): void {
  useChosenTab.setState({ tab, alertId });
}

export function useLowerTab(): LowerTab {
  const chosen = useChosenTab();
  const alert = useChosenAlert();
  const mapAlert = useMapAlert();
  const isWriting = useAlertDesk((desk) => desk.isOpen);
  const hasHits = useHits().length > 0;
  const openCase = useOpenCase();
  const { query, answer } = usePath(openCase?.case_id ?? null);
  const isPathless = query === null || answer?.paths.length === 0;
  const searches = useMay("search_footage");
  const isMissing = useShownChild() !== null;
  const isThere: Record<LowerTab, boolean> = {
    missing: isMissing,
    wall: alert !== null,
    events: true,
    case: openCase !== null,
    mediation: openCase?.standing.kind === "dispute",
    path: true,
    timeline: true,
    groups: true,
    response: true,
  };
  const { tab, alertId } = chosen;
  // What is of a case stays as alerts come and go.
  if (tab !== null && isThere[tab] && (OF_CASE.has(tab) || alertId === (alert?.alert_id ?? null))) return tab;
  if (isMissing) return "missing";
  if (mapAlert !== null && boardOf(mapAlert).silent.length > (isWriting ? 0 : FIT_LEFT)) return "wall";
  if (!searches || !hasHits) return "events";
  return isPathless ? "timeline" : "path";
}
