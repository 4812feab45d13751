// The hub's calls that read the audit log.
import { ask } from "../room/ask";

export interface AuditRecord {
  number: number;
  at_ms: number;
  person_id: string;
  action: string;
  case_id: string | null;
  purpose: string;
  /** What was done, by action; null where somebody made it unreadable. */
  detail: unknown;
  hash: string;
}

/** Newest first; `before` asks for the next page, null on the last. */
export interface AuditPage {
  items: AuditRecord[];
  before: number | null;
}

export interface AuditQuery {
  person: string;
  action: string;
  case_id: string;
}

export const PAGE = 100;

/** The query as the address writes it; what is empty asks for everything. */
export function queryText(query: AuditQuery, before: number | null): string {
  const fields = new URLSearchParams({ limit: String(PAGE) });
  if (before !== null) fields.set("before", String(before));
  for (const [name, value] of Object.entries(query) as [string, string][]) {
    if (value.trim() !== "") fields.set(name, value.trim());
  }
  return fields.toString();
}

export const auditHub = {
  page: (query: AuditQuery, before: number | null) => ask<AuditPage>("GET", `/api/audit?${queryText(query, before)}`),
};

/** Every record, in the form that `qianshao audit verify` takes. */
export const EXPORT_ADDRESS = "/api/audit/export";
