// Doing something to what a list shows: busy meanwhile, what goes wrong is kept to be shown, and the list is read anew.
import { useCallback, useState } from "react";

export interface Change {
  change: (doing: () => Promise<unknown>) => Promise<void>;
  busy: boolean;
  /** Of the latest; null: it went well. */
  failure: unknown;
}

/** `again` reads the list anew. */
export function useChange(again: () => void): Change {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const change = useCallback(
    async (doing: () => Promise<unknown>): Promise<void> => {
      setFailure(null);
      setBusy(true);
      try {
        await doing();
      } catch (error) {
        setFailure(error);
      }
      setBusy(false);
      again();
    },
    [again],
  );
  return { change, busy, failure };
}
