// The escalation policy, drawn along its seconds; who may sets it anew, and former ones are listed.
import { Button, Table } from "antd";
import { useState } from "react";

import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { dayAndTime } from "../language/time";
import { useRoom } from "../room/store";
import { useMay } from "../session/store";
import { escalationHub, type Policy, type Rules } from "./hub";
import { PolicyForm } from "./PolicyForm";
import "./escalation.css";

export function PolicyTab() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const sets = useMay("set_escalation");
  const [changing, setChanging] = useState(false);
  const { value, failure, again } = useAnswer(escalationHub.policies);
  if (failure !== null) return <div className="failure">{errorText(language, failure)}</div>;
  const [now, ...former] = value ?? [];
  if (now === undefined) return null;
  const setBy = (policy: Policy): string =>
    policy.set_at_ms === null
      ? texts.escalation.version(policy.version)
      : `${texts.escalation.version(policy.version)} · ${texts.escalation.setBy(policy.set_by, dayAndTime(policy.set_at_ms, zone))}`;
  return (
    <div className="policy" data-testid="policy">
      <p className="administration-words">{texts.escalation.words}</p>
      <header>
        <b>{now.rules.name}</b>
        <span>{setBy(now)}</span>
        {sets && (
          <Button data-testid="policy-change" onClick={() => setChanging(true)}>
            {texts.escalation.change}
          </Button>
        )}
      </header>
      <Drawn rules={now.rules} />
      {former.length > 0 && (
        <>
          <h4>{texts.escalation.former}</h4>
          <Table
            size="small"
            rowKey="version"
            pagination={false}
            dataSource={former}
            columns={[
              { title: texts.escalation.name, render: (_, one) => one.rules.name },
              { title: "", render: (_, one) => setBy(one) },
              {
                title: texts.escalation.steps,
                render: (_, one) => one.rules.steps.map((step) => `${step.after_s} s ${texts.escalation.action[step.action]}`).join(" → "),
              },
            ]}
          />
        </>
      )}
      {changing && (
        <PolicyForm
          rules={now.rules}
          onClose={() => setChanging(false)}
          onDone={() => {
            setChanging(false);
            again();
          }}
        />
      )}
    </div>
  );
}

/** The steps in their order, each under its second. */
function Drawn({ rules }: { rules: Rules }) {
  const texts = useTexts();
  return (
    <>
      <ol className="policy-steps" data-testid="policy-steps">
        {rules.steps.map((step) => (
          <li key={step.after_s} className={step.action}>
            <b>{texts.seconds(step.after_s)}</b>
            <span>{texts.escalation.action[step.action]}</span>
          </li>
        ))}
      </ol>
      <p className="field">{texts.labelled(texts.escalation.severities, rules.severities.map((one) => texts.severity[one]).join(texts.comma))}</p>
      <p className="field">{texts.labelled(texts.escalation.askAgain, texts.seconds(rules.ask_again_s))}</p>
    </>
  );
}
