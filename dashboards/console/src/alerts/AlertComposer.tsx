// Writes and sends an alert: a template or words, whom it reaches, what goes with it; one click or Ctrl+Enter.
import { Button, Input } from "antd";
import { useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from "react";

import { useOpenCase } from "../cases/store";
import { errorText, useLanguage, useTexts } from "../language/language";
import { clockTime } from "../language/time";
import { isDrawing, useDrawing } from "../map/drawing";
import { useRoom } from "../room/store";
import { MOST_TEXT } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { leaveTextField } from "../talk/spaceBar";
import { attach } from "./attachments";
import { BlankFields } from "./BlankFields";
import { blanksOf, filled } from "./blanks";
import { useChosenAlert } from "./chosen";
import { MediaKeys } from "./MediaKeys";
import { ReachLine } from "./ReachLine";
import { isRunning } from "./status";
import { clearDesk, sendAlert, useAlertDesk, useIsWriting } from "./store";
import { TargetRow } from "./TargetRow";
import { TemplateKeys } from "./TemplateKeys";

/** The picture among what was dropped or pasted. */
const pictureOf = (files: FileList): File | undefined => [...files].find((file) => file.type.startsWith("image/"));

export function AlertComposer() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const { text, fills, status, sending, failure, updates } = useAlertDesk();
  const isWriting = useIsWriting();
  const openCase = useOpenCase();
  const now = useSecond();
  const running = useChosenAlert();
  const isOpenShape = useDrawing(isDrawing);
  const [hasFocus, setHasFocus] = useState(false);
  const send = useRef<HTMLButtonElement>(null);
  const isReal = status === "actual";
  const canSend = text.trim() !== "" && !isOpenShape;
  // While an alert runs its board has the room, until somebody writes another.
  const isSmall = running !== null && isRunning(running, now) && !hasFocus && !isWriting;
  useEffect(() => useAlertDesk.setState({ isOpen: !isSmall }), [isSmall]);

  async function go(): Promise<void> {
    if (canSend && (await sendAlert(openCase?.case_id ?? null))) leaveTextField();
  }

  function clear(): void {
    clearDesk();
    setHasFocus(false); // the key that had it is gone, which no browser tells
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void go();
  }

  function onDrop(event: DragEvent): void {
    const picture = pictureOf(event.dataTransfer.files);
    if (picture === undefined) return;
    event.preventDefault();
    attach("picture", picture);
  }

  function onPaste(event: ClipboardEvent): void {
    const picture = pictureOf(event.clipboardData.files);
    if (picture !== undefined) attach("picture", picture);
  }

  return (
    <div
      className={`composer${isSmall ? " small" : ""}${isReal ? "" : " not-real"}`}
      data-testid="composer"
      onFocus={() => setHasFocus(true)}
      onBlur={(event) => setHasFocus(event.currentTarget.contains(event.relatedTarget))}
      onKeyDown={onKeyDown}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
      onPaste={onPaste}
    >
      {updates !== null && <Updating alertId={updates} />}
      <TemplateKeys openCase={openCase} toSend={send} />
      {blanksOf(text).length > 0 && <BlankFields toSend={send} />}
      <Input.TextArea
        data-testid="alert-text"
        className="alert-text"
        aria-label={texts.alerts.text}
        rows={isSmall ? 1 : 3}
        maxLength={MOST_TEXT}
        value={filled(text, fills)}
        placeholder={texts.alerts.placeholder}
        onChange={(event) => useAlertDesk.setState({ text: event.target.value, fills: {} })}
      />
      {!isSmall && (
        <>
          <TargetRow />
          <MediaKeys />
          <div className="row">
            <ReachLine />
            {isWriting && (
              <Button size="small" data-testid="alert-clear" onClick={clear}>
                {texts.alerts.clear}
              </Button>
            )}
            <Button
              ref={send}
              data-testid="alert-send"
              type="primary"
              danger={isReal}
              className="send"
              title={isOpenShape ? texts.alerts.draw.unfinished : texts.alerts.sendHint}
              disabled={!canSend}
              loading={sending}
              onClick={() => void go()}
            >
              {!isReal ? texts.rollCall.send[status] : updates === null ? texts.alerts.send : texts.alerts.sendUpdate}
            </Button>
          </div>
        </>
      )}
      {failure !== null && (
        <div className="failure" role="alert" data-testid="alert-failure">
          {errorText(language, failure)}
        </div>
      )}
    </div>
  );
}

/** Which alert this one takes the place of, and the way back to one of its own. */
function Updating({ alertId }: { alertId: string }) {
  const texts = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const earlier = useRoom((room) => room.alerts.get(alertId), undefined);
  return (
    <div className="row updating" data-testid="alert-updating">
      <span className="grow">{texts.alerts.updating(earlier === undefined ? alertId : clockTime(earlier.issued_at_ms, zone))}</span>
      <Button size="small" onClick={() => useAlertDesk.setState({ updates: null })}>
        {texts.alerts.updateOff}
      </Button>
    </div>
  );
}
