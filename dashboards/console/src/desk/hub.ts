// The cases' way from stage to stage, their timeline and hand-over, of the hub's HTTP interface.
import { ask, part } from "../room/ask";
import type { Case, CaseAction, CaseKind } from "../room/types";
import type { CaseOwner, DisputeClass, Mediation, Mediator, NewMediator, Note, Summary, Timeline } from "./types";

export interface Act {
  action: CaseAction;
  to_person_id?: string;
  note?: string;
}

const at = (caseId: string, rest: string): string => `/api/cases/${part(caseId)}${rest}`;

export const deskHub = {
  act: (caseId: string, act: Act) => ask<Case>("POST", at(caseId, "/act"), act),
  grade: (caseId: string, kind: CaseKind, grade: number) => ask<Case>("PUT", at(caseId, "/grade"), { kind, grade }),
  owners: () => ask<CaseOwner[]>("GET", "/api/cases/owners"),
  timeline: (caseId: string, after: number) => ask<Timeline>("GET", at(caseId, `/timeline?after=${after}&limit=200`)),
  /** How far the alerts of the one entry after this number came by now. */
  sumsAfter: (caseId: string, after: number) => ask<Timeline>("GET", at(caseId, `/timeline?after=${after}&limit=1`)),
  note: (caseId: string, text: string, pictures: readonly string[]) => ask<Note>("POST", at(caseId, "/notes"), { text, pictures }),
  addRecording: (caseId: string, burstId: number) => ask<unknown>("POST", at(caseId, "/recordings"), { burst_id: burstId }),
  mediators: () => ask<Mediator[]>("GET", "/api/mediators"),
  addMediator: (mediator: NewMediator) => ask<Mediator>("POST", "/api/mediators", mediator),
  putMediator: (mediatorId: string, mediator: NewMediator) => ask<Mediator>("PUT", `/api/mediators/${part(mediatorId)}`, mediator),
  removeMediator: (mediatorId: string) => ask<void>("DELETE", `/api/mediators/${part(mediatorId)}`),
  mediation: (caseId: string) => ask<Mediation>("GET", at(caseId, "/mediation")),
  setClass: (caseId: string, dispute_class: DisputeClass) => ask<unknown>("PUT", at(caseId, "/mediation/class"), { dispute_class }),
  beginMediation: (caseId: string, mediator_id: string) => ask<unknown>("POST", at(caseId, "/mediation"), { mediator_id }),
  endMediation: (caseId: string, agreed: boolean, text: string) => ask<unknown>("POST", at(caseId, "/mediation/result"), { agreed, text }),
  visit: (caseId: string, solved: boolean, text: string) => ask<unknown>("POST", at(caseId, "/visits"), { solved, text }),
  summaries: (caseIds: readonly string[]) => ask<Summary[]>("GET", `/api/handover?case_ids=${caseIds.map(part).join(",")}`),
  handOver: (caseIds: readonly string[], toPersonId: string, note: string) =>
    ask<Case[]>("POST", "/api/handover", { case_ids: caseIds, to_person_id: toPersonId, note }),
};
