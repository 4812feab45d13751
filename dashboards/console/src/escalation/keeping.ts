// Keeps what was done about some alerts' silent radios: each loaded once, anew when more was told, and again after a failure.
import type { EscalationView } from "./hub";

export type Views = ReadonlyMap<string, EscalationView>;

export const AGAIN_AFTER_MS = 5_000;

export interface Keeping {
  /** Keep these alerts' and no others'; one whose value is another than before is loaded anew. */
  want: (alerts: ReadonlyMap<string, string>) => void;
  end: () => void;
}

interface Kept {
  told: string;
  /** What was told when the load under way, or the last, began; null before the first. */
  asked: string | null;
  loading: boolean;
  retry: ReturnType<typeof setTimeout> | undefined;
}

/** Load with `load`; `show` gets all that are there, at each change. At most one load of an alert is under way. */
export function keepEscalations(load: (alertId: string) => Promise<EscalationView>, show: (views: Views) => void): Keeping {
  const all = new Map<string, Kept>();
  const views = new Map<string, EscalationView>();

  async function bring(alertId: string, kept: Kept): Promise<void> {
    if (kept.loading) return;
    clearTimeout(kept.retry);
    kept.loading = true;
    kept.asked = kept.told;
    const view = await load(alertId).catch(() => null);
    kept.loading = false;
    if (all.get(alertId) !== kept) return;
    if (view !== null) {
      views.set(alertId, view);
      show(new Map(views));
    }
    if (kept.asked !== kept.told) void bring(alertId, kept);
    else if (view === null) kept.retry = setTimeout(() => void bring(alertId, kept), AGAIN_AFTER_MS);
  }

  function want(alerts: ReadonlyMap<string, string>): void {
    const gone = [...all.keys()].filter((alertId) => !alerts.has(alertId));
    for (const alertId of gone) {
      clearTimeout(all.get(alertId)?.retry);
      all.delete(alertId);
    }
    if (gone.filter((alertId) => views.delete(alertId)).length > 0) show(new Map(views));
    for (const [alertId, told] of alerts) {
      const kept = all.get(alertId) ?? { told, asked: null, loading: false, retry: undefined };
      all.set(alertId, kept);
      kept.told = told;
      if (kept.asked !== told) void bring(alertId, kept);
    }
  }

  return { want, end: () => want(new Map()) };
}
