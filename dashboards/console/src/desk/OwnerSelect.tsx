// Whom a case is given to: everybody who can own one, by role.
import { Select } from "antd";

import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { deskHub } from "./hub";
import type { CaseOwner } from "./types";

const NOBODY: readonly CaseOwner[] = [];

export function OwnerSelect(props: { value: string | null; onChange: (personId: string | null) => void; testid: string }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const owners = useAnswer(deskHub.owners);
  return (
    <Select
      className="owner-select"
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      placeholder={texts.desk.toWhom}
      value={props.value}
      data-testid={props.testid}
      onChange={(value: string | undefined) => props.onChange(value ?? null)}
      {...(owners.failure === null ? {} : { status: "error" as const, notFoundContent: errorText(language, owners.failure) })}
      options={(owners.value ?? NOBODY).map((one) => ({ value: one.person_id, label: `${one.name} · ${texts.role[one.role]}` }))}
    />
  );
}
