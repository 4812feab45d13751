// Whom a case is given to: everybody who can own one, by role.
import { Select } from "antd";
import { useEffect, useState } from "react";

import { useTexts } from "../language/language";
import { deskHub } from "./hub";
import type { CaseOwner } from "./types";

export function OwnerSelect(props: { value: string | null; onChange: (personId: string | null) => void; testid: string }) {
  const texts = useTexts();
  const [owners, setOwners] = useState<readonly CaseOwner[]>([]);
  useEffect(() => {
    deskHub.owners().then(setOwners, () => undefined);
  }, []);
  return (
    <Select
      className="owner-select"
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      placeholder={texts.desk.toWhom}
      value={props.value}
      data-testid={props.testid}
      onChange={(value: string | undefined) => props.onChange(value ?? null)}
      options={owners.map((one) => ({ value: one.person_id, label: `${one.name} · ${texts.role[one.role]}` }))}
    />
  );
}
