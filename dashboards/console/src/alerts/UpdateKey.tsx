// Writes a running alert anew: better words, a picture, a larger area.
import { Button } from "antd";

import { useTexts } from "../language/language";
import type { AlertRecord } from "../room/room";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { isRunning } from "./status";
import { writeUpdate } from "./store";

export function UpdateKey({ alert }: { alert: AlertRecord }) {
  const texts = useTexts();
  const now = useSecond();
  const issues = useMay("issue_alert");
  if (!issues || alert.status === "test" || alert.errand_of !== null || !isRunning(alert, now)) return null;
  return (
    <Button size="small" data-testid="alert-update" onClick={() => writeUpdate(alert)}>
      {texts.alerts.update}
    </Button>
  );
}
