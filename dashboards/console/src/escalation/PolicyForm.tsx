// A new version of the policy: its steps one under the other.
import { Button, Input, InputNumber, Select } from "antd";
import { useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { SEVERITIES, type Severity } from "../room/types";
import { escalationHub, MOST_STEPS, type Rules, type Step, type StepAction } from "./hub";

const ACTIONS: readonly StepAction[] = ["repeat_louder", "nearest_venue", "grid_members", "officer", "call_radio", "phone"];

export function PolicyForm(props: { rules: Rules; onDone: () => void; onClose: () => void }) {
  const texts = useTexts();
  const words = texts.escalation;
  const [rules, setRules] = useState(props.rules);
  const change = (changed: Partial<Rules>): void => setRules({ ...rules, ...changed });
  const setStep = (at: number, changed: Partial<Step>): void =>
    change({ steps: rules.steps.map((step, place) => (place === at ? { ...step, ...changed } : step)) });
  const last = rules.steps.at(-1)?.after_s ?? 0;

  async function save(): Promise<void> {
    await escalationHub.setPolicy({ ...rules, name: rules.name.trim() });
    props.onDone();
  }

  return (
    <FormModal
      title={words.title}
      testid="policy"
      width={560}
      isComplete={rules.name.trim() !== "" && rules.steps.length > 0 && rules.severities.length > 0}
      onSave={save}
      onClose={props.onClose}
    >
      <label>
        <span className="label">{words.name}</span>
        <Input data-testid="policy-name" maxLength={64} value={rules.name} onChange={(event) => change({ name: event.target.value })} />
      </label>
      <label>
        <span className="label">{words.severities}</span>
        <Select
          mode="multiple"
          className="wide"
          value={rules.severities}
          onChange={(severities: Severity[]) => change({ severities })}
          options={SEVERITIES.map((value) => ({ value, label: texts.severity[value] }))}
        />
      </label>
      <span className="label">{words.steps}</span>
      {rules.steps.map((step, at) => (
        <div key={at} className="policy-row" data-testid="policy-row">
          <InputNumber min={1} max={7200} value={step.after_s} onChange={(after_s) => setStep(at, { after_s: after_s ?? step.after_s })} />
          <span>{words.afterS}</span>
          <Select
            className="wide"
            value={step.action}
            onChange={(action: StepAction) => setStep(at, { action })}
            options={ACTIONS.map((value) => ({ value, label: words.action[value] }))}
          />
          <Button onClick={() => change({ steps: rules.steps.filter((_, place) => place !== at) })}>{words.remove}</Button>
        </div>
      ))}
      <div className="row">
        <Button
          data-testid="policy-add"
          disabled={rules.steps.length >= MOST_STEPS}
          onClick={() => change({ steps: [...rules.steps, { after_s: last + 30, action: "officer" }] })}
        >
          {words.add}
        </Button>
      </div>
      <label>
        <span className="label">{words.askAgain}</span>
        <InputNumber min={30} max={7200} value={rules.ask_again_s} onChange={(given) => change({ ask_again_s: given ?? rules.ask_again_s })} />
      </label>
    </FormModal>
  );
}
