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

export type LowerTab = "response" | "missing" | "case" | "wall" | "events" | "path" | "timeline" | "groups";

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
  const { query, answer } = usePath(useOpenCase()?.case_id ?? null);
  const isPathless = query === null || answer?.paths.length === 0;
  const searches = useMay("search_footage");
  const isMissing = useShownChild() !== null;
  if (chosen.tab === "missing" && isMissing) return "missing";
  if (chosen.tab !== "missing" && chosen.tab !== null && chosen.alertId === (alert?.alert_id ?? null) && (chosen.tab !== "wall" || alert !== null)) return chosen.tab;
  if (isMissing) return "missing";
  if (mapAlert !== null && boardOf(mapAlert).silent.length > (isWriting ? 0 : FIT_LEFT)) return "wall";
  if (!searches || !hasHits) return "events";
  return isPathless ? "timeline" : "path";
}
