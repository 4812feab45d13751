// One press at a time: whether it goes on, and why the last one failed.
import { useState } from "react";

export function useDoing(): { busy: boolean; failure: unknown; doing: (work: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  };
  return { busy, failure, doing: (work) => void run(work) };
}
