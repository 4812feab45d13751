// Ends an alert before its time, once somebody has said that it is meant, with words to the guards.
import { Button, Input, Popconfirm } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { hub } from "../room/hub";
import type { AlertRecord } from "../room/room";
import { useRoom } from "../room/store";
import { MOST_TEXT } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { isRunning } from "./status";

export function CancelKey({ alert }: { alert: AlertRecord }) {
  const texts = useTexts();
  const words = texts.escalation;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const now = useSecond();
  const issues = useMay("issue_alert");
  const [text, setText] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  if (alert.updated_to !== null) return null; // over by another, which the board leads to
  if (alert.cancelled_at_ms !== null) {
    return (
      <span data-testid="board-cancelled">
        {words.cancelled(clockTime(alert.cancelled_at_ms, zone), alert.cancelled_by ?? "")}
      </span>
    );
  }
  // A test ends by itself: the hub cancels none.
  if (!issues || alert.status === "test" || !isRunning(alert, now)) return null;

  async function cancel(): Promise<void> {
    try {
      await hub.cancelAlert(alert.alert_id, text);
      setFailure(null);
    } catch (error) {
      setFailure(error);
    }
  }

  return (
    <>
      <Popconfirm
        title={words.cancelAsk}
        description={
          <>
            {words.cancelWords}
            <Input
              data-testid="alert-cancel-text"
              maxLength={MOST_TEXT}
              placeholder={words.cancelText}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </>
        }
        okText={words.cancel}
        cancelText={words.keep}
        okButtonProps={{ "data-testid": "alert-cancel-yes", danger: true }}
        onConfirm={() => void cancel()}
      >
        <Button size="small" danger data-testid="alert-cancel">
          {words.cancel}
        </Button>
      </Popconfirm>
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
    </>
  );
}
