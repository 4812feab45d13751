// The board across the lower panel: every radio of the alert at once, without scrolling, who has not answered first.
import { useMemo } from "react";

import { boardOf } from "./board";
import { Answered, Silent } from "./Cells";
import { useChosenAlert } from "./chosen";

export function Wall() {
  const alert = useChosenAlert();
  const board = useMemo(() => (alert === null ? null : boardOf(alert)), [alert]);
  if (alert === null || board === null) return null;
  return (
    <div className="wall" data-testid="wall">
      <Silent alert={alert} board={board} />
      <Answered board={board} />
    </div>
  );
}
