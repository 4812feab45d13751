// The audit log as a table: who did what, when, for which case and why; newest first, page by page.
import { Button, Input, Select, Table } from "antd";
import { useCallback, useState, type FormEvent } from "react";

import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { dayAndTime, HERE } from "../language/time";
import { useRoom } from "../room/store";
import { detailWords } from "./detail";
import { auditHub, EXPORT_ADDRESS, type AuditQuery } from "./hub";
import "./audit.css";

const EVERYTHING: AuditQuery = { person: "", action: "", case_id: "" };

export function AuditLog() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const words = texts.audit;
  const zone = useRoom((room) => room.community.time_zone, HERE);
  const [written, setWritten] = useState(EVERYTHING);
  const [asked, setAsked] = useState<{ query: AuditQuery; before: number | null }>({ query: EVERYTHING, before: null });
  const load = useCallback(() => auditHub.page(asked.query, asked.before), [asked]);
  const page = useAnswer(load);
  const next = page.value?.before ?? null;

  function find(query: AuditQuery): void {
    setWritten(query);
    setAsked({ query, before: null });
  }

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    find(written);
  };

  return (
    <section className="audit" data-testid="audit">
      <p className="administration-words">{words.words}</p>
      <form className="administration-bar" onSubmit={submit}>
        <Input
          className="filter"
          data-testid="audit-person"
          allowClear
          placeholder={words.person}
          value={written.person}
          onChange={(event) => setWritten({ ...written, person: event.target.value })}
        />
        <Select
          className="filter"
          data-testid="audit-action"
          showSearch={{ optionFilterProp: "label" }}
          value={written.action}
          onChange={(action: string) => find({ ...written, action })}
          options={[{ value: "", label: words.anyAction }, ...Object.entries(words.actions).map(([value, label]) => ({ value, label }))]}
        />
        <Input
          className="filter"
          data-testid="audit-case"
          allowClear
          placeholder={words.case}
          value={written.case_id}
          onChange={(event) => setWritten({ ...written, case_id: event.target.value })}
        />
        <Button data-testid="audit-find" type="primary" htmlType="submit">
          {words.find}
        </Button>
        <span className="space" />
        <Button data-testid="audit-export" href={EXPORT_ADDRESS} download>
          {words.export}
        </Button>
      </form>
      {page.failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, page.failure)}
        </div>
      )}
      <Table
        data-testid="audit-table"
        size="small"
        rowKey="number"
        loading={page.loading}
        dataSource={page.value?.items ?? []}
        locale={{ emptyText: words.none }}
        pagination={false}
        sticky
        scroll={{ x: 900 }}
        columns={[
          { title: words.number, dataIndex: "number", width: 80, align: "right" },
          { title: words.time, dataIndex: "at_ms", width: 156, render: (ms: number) => dayAndTime(ms, zone) },
          {
            title: words.person,
            dataIndex: "person_id",
            width: 110,
            ellipsis: true,
            render: (personId: string) => (
              <button type="button" className="as-filter" onClick={() => find({ ...written, person: personId })}>
                {personId}
              </button>
            ),
          },
          { title: words.action, dataIndex: "action", width: 110, render: (action: string) => words.actions[action] ?? action },
          {
            title: words.case,
            dataIndex: "case_id",
            width: 110,
            ellipsis: true,
            render: (caseId: string | null) =>
              caseId !== null && (
                <button type="button" className="as-filter" onClick={() => find({ ...written, case_id: caseId })}>
                  {caseId}
                </button>
              ),
          },
          { title: words.purpose, dataIndex: "purpose", width: 180, ellipsis: true },
          {
            title: words.detail,
            dataIndex: "detail",
            ellipsis: true,
            render: (detail: unknown) => <span title={JSON.stringify(detail, null, 1)}>{detailWords(detail, texts, zone)}</span>,
          },
        ]}
      />
      <div className="audit-pages">
        <Button data-testid="audit-newest" disabled={page.loading} onClick={() => (asked.before === null ? page.again() : find(asked.query))}>
          {words.newest}
        </Button>
        <Button data-testid="audit-older" disabled={next === null || page.loading} onClick={() => setAsked({ ...asked, before: next })}>
          {next === null && page.value !== null ? words.noMore : words.older}
        </Button>
      </div>
    </section>
  );
}
