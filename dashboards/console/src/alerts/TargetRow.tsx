// How urgent, how real, and for whom: from a list, or drawn on the map as an area or a way.
import { Button, Select } from "antd";

import { useTexts } from "../language/language";
import { startDrawing, useDrawing, type DrawnKind } from "../map/drawing";
import { SEVERITIES, type AlertStatus, type Severity } from "../room/types";
import { useAlertDesk } from "./store";
import { TargetSelect } from "./TargetSelect";

const SHAPES: readonly DrawnKind[] = ["polygon", "path"];

export function TargetRow() {
  const texts = useTexts();
  const { severity, status, updates } = useAlertDesk();
  const drawn = useDrawing((drawing) => drawing.kind);
  const statusWords: Record<AlertStatus, string> = { actual: texts.alerts.actual, ...texts.rollCall.status };
  return (
    <>
      <div className="row">
        <Select
          data-testid="alert-severity"
          className="severity"
          aria-label={texts.alerts.severity}
          value={severity}
          onChange={(value: Severity) => useAlertDesk.setState({ severity: value })}
          options={SEVERITIES.map((value) => ({ value, label: texts.severity[value] }))}
        />
        <Select
          data-testid="alert-status"
          className="severity"
          aria-label={texts.alerts.status}
          title={texts.alerts.status}
          value={status}
          disabled={updates !== null}
          onChange={(value: AlertStatus) => useAlertDesk.setState({ status: value })}
          options={(["actual", "exercise", "test"] as const).map((value) => ({ value, label: statusWords[value] }))}
        />
        <span className="space" />
        {SHAPES.map((kind) => (
          <Button
            key={kind}
            size="small"
            data-testid={`alert-draw-${kind}`}
            aria-pressed={drawn === kind}
            type={drawn === kind ? "primary" : "default"}
            onClick={() => startDrawing(kind)}
          >
            {texts.alerts.draw[kind]}
          </Button>
        ))}
      </div>
      <TargetSelect />
    </>
  );
}
