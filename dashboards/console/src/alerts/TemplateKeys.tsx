// A key for each template: one press writes it, with what the open case knows in its blanks.
import { Button } from "antd";
import { useEffect, type RefObject } from "react";

import { useRoom, useStore } from "../room/store";
import type { Case } from "../room/types";
import type { Template } from "../templates/hub";
import { loadTemplates, useTemplates } from "../templates/store";
import { blanksOf, fillsFromCase } from "./blanks";
import { aimAt, useAlertDesk } from "./store";

export function TemplateKeys({ openCase, toSend }: { openCase: Case | null; toSend: RefObject<HTMLElement | null> }) {
  const templates = useTemplates((store) => store.templates);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const line = useStore((store) => store.line);
  useEffect(() => {
    if (line === "open") void loadTemplates();
  }, [line]);

  function take(template: Template): void {
    const venues = useStore.getState().room?.venues;
    const place = venues?.get(openCase?.last_seen_venue_id ?? "")?.name ?? "";
    const blanks = blanksOf(template.text);
    useAlertDesk.setState({
      text: template.text,
      fills: fillsFromCase(blanks, openCase, place, zone),
      severity: template.severity,
      status: template.status,
    });
    aimAt(template.target);
    if (blanks.length === 0) toSend.current?.focus();
  }

  return (
    <div className="row templates">
      {templates?.map((template) => (
        <Button key={template.name} size="small" data-testid="alert-template" onClick={() => take(template)}>
          {template.name}
        </Button>
      ))}
    </div>
  );
}
