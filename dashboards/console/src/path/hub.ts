// What the hub is asked about the path of a case.
import { ask, part } from "../room/ask";
import type { Query } from "../room/types";
import type { Mark, PathAnswer, PathQuery, ReachNow, Verdict } from "./types";

const at = (caseId: string): string => `/api/cases/${part(caseId)}/path`;

export const pathHub = {
  find: (caseId: string, asked: PathQuery) => ask<PathAnswer>("POST", at(caseId), asked),
  reach: (caseId: string, query: Query, sightingId: string) =>
    ask<ReachNow>("POST", `${at(caseId)}/${part(sightingId)}/reach`, { query }),
  mark: (caseId: string, sightingId: string, verdict: Verdict) =>
    ask<Mark>("PUT", `${at(caseId)}/${part(sightingId)}`, { verdict }),
  takeBack: (caseId: string, sightingId: string) => ask<Mark>("DELETE", `${at(caseId)}/${part(sightingId)}`),
};
