// What is typed for a case and not sent yet: it waits there while another case is at work, and stands in no other.
import { create } from "zustand";

type Field = "note" | "outcome" | "mediation" | `${"to" | "words"}:${string}`;

const useDrafts = create<{ texts: ReadonlyMap<string, string> }>(() => ({ texts: new Map() }));

/** The text of one field of one case, empty at first, and what changes it; an emptied one is forgotten. */
export function useDraft(caseId: string, field: Field): [string, (text: string) => void] {
  const key = `${caseId} ${field}`;
  const text = useDrafts((drafts) => drafts.texts.get(key) ?? "");
  return [text, (changed) => setDraft(key, changed)];
}

function setDraft(key: string, text: string): void {
  useDrafts.setState(({ texts }) => {
    const next = new Map(texts);
    if (text === "") next.delete(key);
    else next.set(key, text);
    return { texts: next };
  });
}
