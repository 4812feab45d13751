// Writes and sends an alert: templates, text, severity, target; one click or Ctrl+Enter.
import { Button, Input, Select } from "antd";
import { useRef, useState } from "react";

import { useOpenCase } from "../cases/store";
import { describeWords } from "../search/words";
import { errorText, useLanguage, useTexts } from "../language/language";
import { hourAndMinute } from "../language/time";
import { hub } from "../room/hub";
import { useRoom, useStore } from "../room/store";
import type { Severity } from "../room/types";
import { leaveTextField } from "../talk/spaceBar";
import { useAlertDesk } from "./store";
import { TargetSelect } from "./TargetSelect";

const SEVERITIES: Severity[] = ["Extreme", "Severe", "Moderate", "Minor"];
const MAX_TEXT = 200;

export function AlertComposer() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const { text, severity } = useAlertDesk();
  const openCase = useOpenCase();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  // The key stays with this text and target until it was sent, so that a second try cannot send it twice.
  const key = useRef<{ of: string; key: string } | null>(null);

  async function send(): Promise<void> {
    const desk = useAlertDesk.getState();
    const words = desk.text.trim();
    if (words === "" || sending) return;
    const of = JSON.stringify([words, desk.severity, desk.target]);
    if (key.current?.of !== of) key.current = { of, key: crypto.randomUUID() };
    setSending(true);
    setFailure(null);
    try {
      await hub.issueAlert(
        {
          text: words,
          severity: desk.severity,
          target: desk.target,
          ...(openCase === null ? {} : { case_id: openCase.case_id }),
        },
        key.current.key,
      );
      key.current = null;
      useAlertDesk.setState({ text: "", chosenId: null });
      leaveTextField();
    } catch (error) {
      setFailure(error);
    } finally {
      setSending(false);
    }
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
          danger
          className="send"
          title={texts.alerts.sendHint}
          disabled={text.trim() === ""}
          loading={sending}
          onClick={() => void send()}
        >
          {texts.alerts.send}
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
