// What the hub is asked about alerts that are prepared (docs/api.md).
import { ask } from "../room/ask";
import type { AlertStatus, AlertTarget, Severity } from "../room/types";

export interface Template {
  name: string;
  /** With blanks in it, `{衣着}`, that the composer fills. */
  text: string;
  severity: Severity;
  status: AlertStatus;
  target: AlertTarget;
}

export const templatesHub = {
  all: () => ask<Template[]>("GET", "/api/alert-templates"),
  put: (templates: readonly Template[]) => ask<Template[]>("PUT", "/api/alert-templates", templates),
};
