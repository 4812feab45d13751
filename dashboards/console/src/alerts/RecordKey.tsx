// Records the spoken message of an alert: press to begin, press to end, with the level of what the microphone hears.
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";

import { useTexts } from "../language/language";
import { attachRecording, detach, useAttached } from "./attachments";
import { beginRecording, LONGEST_S, type Recording } from "./recording";
import { useAlertDesk } from "./store";

const LOOK_EVERY_MS = 80;

export function RecordKey() {
  const texts = useTexts();
  const recording = useAttached((attached) => attached.recording);
  const sending = useAlertDesk((desk) => desk.sending);
  const [wrong, setWrong] = useState<"noMicrophone" | "silent" | null>(null);
  // One that begins to be recorded while the key goes away has nobody to end it.
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      if (useAttached.getState().recording !== null) detach("speech");
    };
  }, []);

  async function begin(): Promise<void> {
    setWrong(null);
    let begun: Recording;
    try {
      begun = await beginRecording();
    } catch {
      setWrong("noMicrophone");
      return;
    }
    if (isGone.current || useAlertDesk.getState().sending) {
      begun.discard();
      return;
    }
    useAlertDesk.setState({ speak: false });
    const recorded = await attachRecording(begun);
    if (recorded?.isSilent === true) setWrong("silent");
  }

  if (recording !== null) return <UnderWay recording={recording} />;
  return (
    <>
      <Button size="small" data-testid="alert-record" disabled={sending} title={texts.alerts.speech.recordHint} onClick={() => void begin()}>
        {texts.alerts.speech.record}
      </Button>
      {wrong !== null && (
        <span className="failure" role="alert" data-testid="alert-record-failure">
          {texts.alerts.speech[wrong]}
        </span>
      )}
    </>
  );
}

function UnderWay({ recording }: { recording: Recording }) {
  const texts = useTexts();
  const [level, setLevel] = useState(0);
  const [begunMs] = useState(() => performance.now());
  const [nowMs, setNowMs] = useState(begunMs);
  useEffect(() => {
    const timer = setInterval(() => {
      setLevel(recording.level());
      setNowMs(performance.now());
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [recording]);
  const leftS = Math.max(0, Math.ceil(LONGEST_S - (nowMs - begunMs) / 1000));
  const percent = Math.round(Math.min(1, level * 2) * 100);
  return (
    <>
      <Button size="small" danger type="primary" data-testid="alert-record-stop" onClick={recording.stop}>
        {texts.alerts.speech.stop(leftS)}
      </Button>
      <span
        className="recording-level"
        role="meter"
        aria-label={texts.alerts.speech.level}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        data-testid="alert-record-level"
        data-level={level.toFixed(2)}
      >
        <span style={{ width: `${percent}%` }} />
      </span>
    </>
  );
}
