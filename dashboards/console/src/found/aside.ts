// Which of them this browser has sounded, and which somebody put aside here; both survive a reload.
import { create } from "zustand";

import { recall, remember } from "../browser/memory";

/** So many ids are remembered of each; the oldest leaves. */
export const MAX_KEPT = 200;
const ASIDE = "qianshao.found_aside";
const SOUNDED = "qianshao.found_sounded";

export function recallIds(name: string): readonly string[] {
  try {
    const kept: unknown = JSON.parse(recall(name) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

/** `ids` with one more; the oldest leave. */
export const withId = (ids: readonly string[], id: string): readonly string[] => [...ids.filter((one) => one !== id), id].slice(-MAX_KEPT);

interface Aside {
  aside: readonly string[];
}

export const useAside = create<Aside>(() => ({ aside: recallIds(ASIDE) }));

let isStored = true;

/** Other windows of this browser put theirs aside in the same place; one that forbids storage keeps them for this page. */
const current = (): readonly string[] => (isStored ? recallIds(ASIDE) : useAside.getState().aside);

function keep(aside: readonly string[]): void {
  isStored = remember(ASIDE, JSON.stringify(aside));
  useAside.setState({ aside });
}

export const putAside = (id: string): void => keep(withId(current(), id));

/** Show these again. */
export const bringBack = (ids: readonly string[]): void => keep(current().filter((one) => !ids.includes(one)));

/** Whether it is to sound here, said once for each: it is remembered that it did. */
export function soundsFirst(id: string): boolean {
  const before = recallIds(SOUNDED);
  if (before.includes(id)) return false;
  remember(SOUNDED, JSON.stringify(withId(before, id)));
  return true;
}
