// A tab with a list: search box, count and what can be done above it, then what went wrong, then the table.
import { Button, Input, Table, type TableProps } from "antd";
import { useMemo, useState, type ReactNode } from "react";

import type { Answered } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";

interface ListWords {
  search: string;
  count: (n: number) => string;
  none: string;
}

interface Props<Row> {
  testid: string;
  words: ListWords;
  rows: readonly Row[];
  rowKey: keyof Row & string;
  columns: NonNullable<TableProps<Row>["columns"]>;
  /** Below this many pixels the table scrolls sideways. */
  leastWidth: number;
  /** What the search box looks through. */
  textOf: (row: Row) => string;
  answered: Pick<Answered<unknown>, "value" | "loading" | "failure" | "again">;
  /** What went wrong with what was done to a row; null: nothing. */
  failure: unknown;
  chosen?: NonNullable<TableProps<Row>["rowSelection"]>;
  /** Buttons at the right. */
  children?: ReactNode;
}

export function ListTab<Row extends object>({ testid, words, answered, textOf, chosen, ...props }: Props<Row>) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [sought, setSought] = useState("");
  const wanted = sought.trim().toLowerCase();
  const shown = useMemo(() => props.rows.filter((row) => textOf(row).toLowerCase().includes(wanted)), [props.rows, textOf, wanted]);
  const wrong = props.failure ?? answered.failure;
  return (
    <section data-testid={testid}>
      <div className="administration-bar">
        <Input
          className="search"
          data-testid={`${testid}-search`}
          allowClear
          placeholder={words.search}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
        <span className="count">{words.count(shown.length)}</span>
        <span className="space" />
        <Button onClick={answered.again}>{texts.admin.refresh}</Button>
        {props.children}
      </div>
      {wrong !== null && (
        <div className="failure" role="alert" data-testid={`${testid}-failure`}>
          {errorText(language, wrong)}
        </div>
      )}
      <Table<Row>
        data-testid={`${testid}-table`}
        size="small"
        rowKey={props.rowKey}
        loading={answered.loading && answered.value === null}
        dataSource={shown}
        locale={{ emptyText: words.none }}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        sticky
        scroll={{ x: props.leastWidth }}
        columns={props.columns}
        {...(chosen === undefined ? {} : { rowSelection: { ...chosen, preserveSelectedRowKeys: true } })}
      />
    </section>
  );
}
