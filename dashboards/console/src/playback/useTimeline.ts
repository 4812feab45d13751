// The timelines of the cameras that are played back, around what is in view; read anew where the view leaves it, and as time goes on.
import { useEffect, useState } from "react";

import { hubNowMs } from "../room/store";
import { playbackHub, type CameraPast } from "./hub";
import { MOST_MS, type View } from "./strip";

export interface Known {
  pasts: readonly CameraPast[];
  failure: unknown;
}

const SETTLED_AFTER_MS = 200;
const ANEW_MS = 10_000;

export function useTimeline(caseId: string, cameraIds: readonly string[], view: View): Known {
  const [known, setKnown] = useState<Known>({ pasts: [], failure: null });
  const [round, setRound] = useState(0);
  const key = cameraIds.join();
  const { sinceMs, untilMs } = loaded(view);
  const isOfNow = untilMs > hubNowMs() - ANEW_MS;
  useEffect(() => {
    if (!isOfNow) return;
    const timer = setInterval(() => setRound((number) => number + 1), ANEW_MS);
    return () => clearInterval(timer);
  }, [isOfNow]);
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      if (key === "") {
        setKnown({ pasts: [], failure: null });
        return;
      }
      playbackHub.timeline(caseId, key.split(","), sinceMs, untilMs).then(
        ({ cameras }) => wanted && setKnown({ pasts: cameras, failure: null }),
        (failure: unknown) => wanted && setKnown((before) => ({ ...before, failure })),
      );
    }, SETTLED_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [caseId, key, sinceMs, untilMs, round]);
  return known;
}

/** What is read: the view and half of it on both sides, in round steps so that a small move reads nothing anew. */
function loaded({ sinceMs, untilMs }: View): View {
  const spanMs = untilMs - sinceMs;
  const step = 2 ** Math.ceil(Math.log2(spanMs / 2));
  const firstMs = Math.floor((sinceMs - step / 2) / step) * step;
  return { sinceMs: firstMs, untilMs: Math.min(firstMs + MOST_MS, Math.ceil((untilMs + step / 2) / step) * step) };
}
