// What comes out of a talk group now, measured behind its volume: an empty bar means that nobody here hears it.
import { useEffect, useRef } from "react";

import { levelOf } from "./hearing";

const LOOK_EVERY_MS = 80;

export function LevelBar({ groupId }: { groupId: string }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      const level = levelOf(groupId);
      if (bar.current === null) return;
      bar.current.style.width = `${Math.round(level * 100)}%`;
      bar.current.dataset["level"] = level.toFixed(2);
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [groupId]);
  return (
    <span className="level">
      <span ref={bar} data-testid={`level-${groupId}`} data-level="0.00" />
    </span>
  );
}
