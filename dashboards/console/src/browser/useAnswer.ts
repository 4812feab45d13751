// What a call answered, for a panel that shows it: loading, failed, or there; asked again on demand.
import { useCallback, useEffect, useState } from "react";

export interface Answered<Value> {
  value: Value | null;
  loading: boolean;
  failure: unknown;
  /** Ask again; the last answer stays until the next is there. */
  again: () => void;
}

/** Ask once for each `ask`, which the caller keeps the same between draws, and whenever `again` is called. */
export function useAnswer<Value>(ask: () => Promise<Value>): Answered<Value> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<{ value: Value | null; failure: unknown; of: unknown; round: number }>({
    value: null,
    failure: null,
    of: null,
    round: -1,
  });
  useEffect(() => {
    let wanted = true;
    ask().then(
      (value) => wanted && setState({ value, failure: null, of: ask, round }),
      (failure: unknown) => wanted && setState((before) => ({ ...before, failure, of: ask, round })),
    );
    return () => {
      wanted = false;
    };
  }, [ask, round]);
  const again = useCallback(() => setRound((number) => number + 1), []);
  return { value: state.value, failure: state.failure, loading: state.of !== ask || state.round !== round, again };
}
