// Writes and sends an alert: templates, text, severity, target; one click or Ctrl+Enter.
import { Button, Input, Select } from "antd";

import { useOpenCase } from "../cases/store";
import { describeWords } from "../search/words";
import { errorText, useLanguage, useTexts } from "../language/language";
import { hourAndMinute } from "../language/time";
import { useRoom, useStore } from "../room/store";
import type { Severity } from "../room/types";
import { leaveTextField } from "../talk/spaceBar";
import { sendAlert, useAlertDesk } from "./store";
import { TargetSelect } from "./TargetSelect";

const SEVERITIES: Severity[] = ["Extreme", "Severe", "Moderate", "Minor"];
const MAX_TEXT = 200;

export function AlertComposer() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const { text, severity, status, sending, failure } = useAlertDesk();
  const isReal = status === "actual";
  const openCase = useOpenCase();
  const zone = useRoom((room) => room.community.time_zone, "UTC");

  async function send(): Promise<void> {
    if (await sendAlert(openCase?.case_id ?? null)) leaveTextField();
  }

  function missingChild(): string {
    if (openCase === null) return texts.alerts.missingText("", "");
    const venues = useStore.getState().room?.venues;
    const place = venues?.get(openCase.last_seen_venue_id ?? "")?.name ?? "";
    const time = openCase.last_seen_at_ms === null ? "" : hourAndMinute(openCase.last_seen_at_ms, zone);
    const where = place === "" && time === "" ? "" : texts.alerts.lastSeen(place, time);
    return texts.alerts.missingText(describeWords(openCase.description, texts), where);
  }

  const templates: [string, Severity, () => string][] = [
    [texts.alerts.templates.missing, "Extreme", missingChild],
    [texts.alerts.templates.fire, "Extreme", () => texts.alerts.fireText],
    [texts.alerts.templates.suspicious, "Severe", () => texts.alerts.suspiciousText],
    [texts.alerts.templates.gather, "Severe", () => texts.alerts.gatherText],
  ];

  return (
    <div className="composer">
      <div className="row templates">
        {templates.map(([name, level, words]) => (
          <Button key={name} size="small" onClick={() => useAlertDesk.setState({ text: words(), severity: level })}>
            {name}
          </Button>
        ))}
        <Button
          size="small"
          data-testid="alert-exercise"
          type={isReal ? "dashed" : "primary"}
          aria-pressed={!isReal}
          title={texts.rollCall.exerciseHint}
          onClick={() => useAlertDesk.setState({ status: isReal ? "exercise" : "actual" })}
        >
          {texts.rollCall.status.exercise}
        </Button>
      </div>
      <Input.TextArea
        data-testid="alert-text"
        className="alert-text"
        rows={3}
        maxLength={MAX_TEXT}
        value={text}
        placeholder={texts.alerts.placeholder}
        onChange={(event) => useAlertDesk.setState({ text: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          }
        }}
      />
      <div className="row">
        <Select
          data-testid="alert-severity"
          className="severity"
          value={severity}
          onChange={(value: Severity) => useAlertDesk.setState({ severity: value })}
          options={SEVERITIES.map((value) => ({ value, label: texts.severity[value] }))}
        />
        <TargetSelect />
        <Button
          data-testid="alert-send"
          type="primary"
          danger={isReal}
          className="send"
          title={texts.alerts.sendHint}
          disabled={text.trim() === ""}
          loading={sending}
          onClick={() => void send()}
        >
          {isReal ? texts.alerts.send : texts.rollCall.sendExercise}
        </Button>
      </div>
      {failure !== null && (
        <div className="failure" role="alert" data-testid="alert-failure">
          {errorText(language, failure)}
        </div>
      )}
    </div>
  );
}
