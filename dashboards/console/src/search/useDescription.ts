// What the hub understands of the line while it is being typed.
import { useEffect, useState } from "react";

import { hub } from "../room/hub";
import type { DescribeAnswer } from "../room/types";

const PAUSE_MS = 180;

/** The hub's reading of `line` after a short pause; null while the line is empty or cannot be read. */
export function useDescription(line: string): DescribeAnswer | null {
  const [answer, setAnswer] = useState<{ line: string; read: DescribeAnswer } | null>(null);
  const text = line.trim();
  useEffect(() => {
    if (text === "") return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      hub.describe(text, abort.signal).then(
        (read) => setAnswer({ line: text, read }),
        () => setAnswer(null),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return text === "" ? null : (answer?.read ?? null);
}
