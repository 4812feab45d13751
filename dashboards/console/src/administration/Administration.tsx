// The button in the top bar and the drawer behind it: what somebody may administer or audit, a tab for each.
import { Drawer, Tabs } from "antd";
import { useState, type ReactNode } from "react";

import { AuditLog } from "../audit/AuditLog";
import { CamerasTab } from "../cameras/CamerasTab";
import { DevicesTab } from "../devices/DevicesTab";
import { EvaluationTab } from "../evaluation/EvaluationTab";
import { PolicyTab } from "../escalation/PolicyTab";
import { useTexts } from "../language/language";
import { PeopleTab } from "../people/PeopleTab";
import { useSession } from "../session/store";
import { HoursTab } from "../shifts/HoursTab";
import { ShiftsTab } from "../shifts/ShiftsTab";
import { TeachingTab } from "../teaching/TeachingTab";
import { TemplatesTab } from "../templates/TemplatesTab";
import { MediatorsTab } from "../desk/MediatorsTab";
import { CertificatesTab } from "./CertificatesTab";
import { tabsFor, type Tab } from "./tabs";
import "./administration.css";

const CONTENT: Record<Tab, () => ReactNode> = {
  evaluation: () => <EvaluationTab />,
  people: () => <PeopleTab />,
  mediators: () => <MediatorsTab />,
  shifts: () => <ShiftsTab />,
  hours: () => <HoursTab />,
  escalation: () => <PolicyTab />,
  templates: () => <TemplatesTab />,
  cameras: () => <CamerasTab />,
  teaching: () => <TeachingTab />,
  devices: () => <DevicesTab />,
  certificates: () => <CertificatesTab />,
  audit: () => <AuditLog />,
};

export function Administration() {
  const texts = useTexts();
  const rights = useSession((session) => session.rights);
  const [open, setOpen] = useState(false);
  const tabs = tabsFor(rights);
  const [first] = tabs;
  if (first === undefined) return null;
  const title = tabs.length === 1 ? texts.admin[first] : texts.admin.open;
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
          CONTENT[first]()
        ) : (
          <Tabs
            className="administration-tabs"
            destroyOnHidden
            items={tabs.map((tab) => ({
              key: tab,
              label: <span data-testid={`admin-${tab}`}>{texts.admin[tab]}</span>,
              children: CONTENT[tab](),
            }))}
          />
        )}
      </Drawer>
    </>
  );
}
