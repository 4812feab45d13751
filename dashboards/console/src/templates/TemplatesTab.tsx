// The prepared alerts, in the order in which the composer shows them; who may changes, adds, moves and removes them.
import { Button, Popconfirm, Table } from "antd";
import { useEffect, useState } from "react";

import { useChange } from "../administration/useChange";
import { targetWords } from "../alerts/target";
import { errorText, useLanguage, useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { TalkGroup, Venue } from "../room/types";
import { useMay } from "../session/store";
import type { Template } from "./hub";
import { loadTemplates, putTemplates, useTemplates } from "./store";
import { TemplateForm } from "./TemplateForm";

const NO_GROUPS: readonly TalkGroup[] = [];
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const reload = (): void => void loadTemplates();
const NEW: Template = { name: "", text: "", severity: "Severe", status: "actual", target: { kind: "all", id: null } };

export function TemplatesTab() {
  const texts = useTexts();
  const words = texts.templates;
  const language = useLanguage((store) => store.language);
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const sets = useMay("set_escalation");
  const { templates: known, failure } = useTemplates();
  const { change, busy, failure: notDone } = useChange(reload);
  useEffect(reload, []);
  /** Which is in the form: its place, or the place after the last for a new one. */
  const [open, setOpen] = useState<number | null>(null);
  const templates = known ?? [];
  const wrong = notDone ?? failure;

  function withPlaced(template: Template, at: number): Template[] {
    return at < templates.length ? templates.map((one, place) => (place === at ? template : one)) : [...templates, template];
  }

  function moved(at: number): Template[] {
    const others = templates.filter((_, place) => place !== at);
    return [...others.slice(0, at - 1), ...templates.slice(at, at + 1), ...others.slice(at - 1)];
  }

  return (
    <div data-testid="templates">
      <p className="administration-words">{words.words}</p>
      {wrong !== null && (
        <div className="failure" role="alert" data-testid="templates-failure">
          {errorText(language, wrong)}
        </div>
      )}
      <Table<Template>
        size="small"
        rowKey="name"
        pagination={false}
        dataSource={[...templates]}
        locale={{ emptyText: words.none }}
        columns={[
          { title: words.name, width: 130, render: (_, one) => <b>{one.name}</b> },
          { title: words.severity, width: 70, render: (_, one) => texts.severity[one.severity] },
          { title: words.status, width: 70, render: (_, one) => (one.status === "actual" ? texts.alerts.actual : texts.rollCall.status[one.status]) },
          { title: words.target, width: 130, render: (_, one) => targetWords(one.target, { groups, venues }, texts) },
          { title: words.text, render: (_, one) => one.text },
          {
            title: "",
            width: 210,
            render: (_, one, at) =>
              sets && (
                <span className="row-actions">
                  <Button size="small" data-testid={`template-change-${one.name}`} onClick={() => setOpen(at)}>
                    {words.change}
                  </Button>
                  <Button size="small" disabled={at === 0 || busy} aria-label={words.forward} title={words.forward} onClick={() => void change(() => putTemplates(moved(at)))}>
                    ↑
                  </Button>
                  <Popconfirm title={words.removeAsk(one.name)} onConfirm={() => change(() => putTemplates(templates.filter((_, place) => place !== at)))}>
                    <Button size="small" danger data-testid={`template-remove-${one.name}`}>
                      {words.remove}
                    </Button>
                  </Popconfirm>
                </span>
              ),
          },
        ]}
      />
      {sets && known !== null && (
        <Button type="primary" className="template-add" data-testid="template-add" onClick={() => setOpen(templates.length)}>
          {words.add}
        </Button>
      )}
      {open !== null && (
        <TemplateForm
          template={templates[open] ?? NEW}
          others={templates.filter((_, place) => place !== open).map((one) => one.name)}
          onSave={async (template) => {
            await putTemplates(withPlaced(template, open));
            setOpen(null);
          }}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}
