// The button in the top bar and the drawer behind it: what somebody may administer or audit, a tab for each.
import { Drawer, Tabs } from "antd";
import { useState, type ReactNode } from "react";

import { AuditLog } from "../audit/AuditLog";
import { DevicesTab } from "../devices/DevicesTab";
import { useTexts } from "../language/language";
import { PeopleTab } from "../people/PeopleTab";
import { useSession } from "../session/store";
import type { Right } from "../session/types";
import { CertificatesTab } from "./CertificatesTab";
import "./administration.css";

type Tab = "people" | "devices" | "certificates" | "audit";

const TABS: readonly [Tab, Right, () => ReactNode][] = [
  ["people", "enrol_people", () => <PeopleTab />],
  ["devices", "enrol_devices", () => <DevicesTab />],
  ["certificates", "enrol_devices", () => <CertificatesTab />],
  ["audit", "read_audit", () => <AuditLog />],
];

export function Administration() {
  const texts = useTexts();
  const rights = useSession((session) => session.rights);
  const [open, setOpen] = useState(false);
  const tabs = TABS.filter(([, right]) => rights.includes(right));
  const [first] = tabs;
  if (first === undefined) return null;
  const title = tabs.length === 1 ? texts.admin[first[0]] : texts.admin.open;
  return (
    <>
      <button type="button" className="admin-open" data-testid="admin-open" onClick={() => setOpen(true)}>
        {title}
      </button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        title={title}
        size="min(1180px, 100vw)"
        className="administration"
        destroyOnHidden
      >
        {tabs.length === 1 ? (
          first[2]()
        ) : (
          <Tabs
            className="administration-tabs"
            destroyOnHidden
            items={tabs.map(([key, , content]) => ({
              key,
              label: <span data-testid={`admin-${key}`}>{texts.admin[key]}</span>,
              children: content(),
            }))}
          />
        )}
      </Drawer>
    </>
  );
}
