// One prepared alert: its name, its words with blanks, how urgent and how real it is, whom it is for.
import { Input, Select } from "antd";
import { useState } from "react";

import { blanksOf } from "../alerts/blanks";
import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import { MOST_TEXT, SEVERITIES, type AlertStatus, type Severity, type TalkGroup } from "../room/types";
import type { Template } from "./hub";

const STATUSES: readonly AlertStatus[] = ["actual", "exercise", "test"];
const LONGEST_NAME = 20;
const NO_GROUPS: readonly TalkGroup[] = [];

interface Props {
  template: Template;
  /** The names of the others: one of them cannot be taken again. */
  others: readonly string[];
  onSave: (template: Template) => Promise<void>;
  onClose: () => void;
}

export function TemplateForm(props: Props) {
  const texts = useTexts();
  const words = texts.templates;
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const [template, setTemplate] = useState(props.template);
  const change = (changed: Partial<Template>): void => setTemplate({ ...template, ...changed });
  const name = template.name.trim();
  const isTaken = props.others.includes(name);
  const blanks = blanksOf(template.text);
  const standing = groups.filter((one) => one.kind !== "all" && one.kind !== "temporary" && one.kind !== "private");
  return (
    <FormModal
      title={props.template.name === "" ? words.add : words.change}
      testid="template"
      width={600}
      isComplete={name !== "" && !isTaken && template.text.trim() !== ""}
      onSave={() => props.onSave({ ...template, name, text: template.text.trim() })}
      onClose={props.onClose}
    >
      <label>
        <span className="label">{words.name}</span>
        <Input data-testid="template-name" maxLength={LONGEST_NAME} value={template.name} onChange={(event) => change({ name: event.target.value })} />
        {isTaken && <p className="differs">{words.taken}</p>}
      </label>
      <label>
        <span className="label">{words.text}</span>
        <Input.TextArea
          data-testid="template-text"
          rows={4}
          maxLength={MOST_TEXT}
          value={template.text}
          onChange={(event) => change({ text: event.target.value })}
        />
      </label>
      <p className="hint" data-testid="template-blanks">
        {blanks.length === 0 ? words.blankHint : words.blanks(blanks.join(texts.comma))}
      </p>
      <div className="row">
        <label className="grow">
          <span className="label">{words.severity}</span>
          <Select
            className="wide"
            value={template.severity}
            onChange={(severity: Severity) => change({ severity })}
            options={SEVERITIES.map((value) => ({ value, label: texts.severity[value] }))}
          />
        </label>
        <label className="grow">
          <span className="label">{words.status}</span>
          <Select
            className="wide"
            value={template.status}
            onChange={(status: AlertStatus) => change({ status })}
            options={STATUSES.map((value) => ({ value, label: value === "actual" ? texts.alerts.actual : texts.rollCall.status[value] }))}
          />
        </label>
        <label className="grow">
          <span className="label">{words.target}</span>
          <Select
            className="wide"
            value={template.target.id ?? ""}
            onChange={(id: string) => change({ target: id === "" ? { kind: "all", id: null } : { kind: "group", id } })}
            options={[
              { value: "", label: texts.alerts.target.all },
              ...standing.map((one) => ({ value: one.group_id, label: texts.bracketed(one.name, one.radio_ids.length) })),
            ]}
          />
        </label>
      </div>
    </FormModal>
  );
}
