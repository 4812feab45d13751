// Writes a running alert anew: better words, a picture, a larger area.
import { Button, Popconfirm } from "antd";

import { useTexts } from "../language/language";
import type { AlertRecord } from "../room/room";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { isRunning } from "./status";
import { useAlertDesk, useIsWriting, writeUpdate } from "./store";

export function UpdateKey({ alert }: { alert: AlertRecord }) {
  const texts = useTexts();
  const now = useSecond();
  const issues = useMay("issue_alert");
  const isWriting = useIsWriting();
  const sending = useAlertDesk((desk) => desk.sending);
  if (!issues || alert.status === "test" || alert.errand_of !== null || !isRunning(alert, now)) return null;
  const write = (): void => writeUpdate(alert);
  return (
    <Popconfirm
      title={texts.alerts.updateAsk}
      okText={texts.alerts.update}
      cancelText={texts.alerts.updateKeep}
      okButtonProps={{ "data-testid": "alert-update-yes", danger: true }}
      disabled={!isWriting || sending}
      onConfirm={write}
    >
      <Button size="small" data-testid="alert-update" disabled={sending} onClick={isWriting ? undefined : write}>
        {texts.alerts.update}
      </Button>
    </Popconfirm>
  );
}
