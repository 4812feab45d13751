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

/** `ids` with one more, and with what other windows kept; the oldest leave. */
export const withId = (ids: readonly string[], id: string): readonly string[] => [...ids.filter((one) => one !== id), id].slice(-MAX_KEPT);

interface Aside {
  aside: readonly string[];
}

export const useAside = create<Aside>(() => ({ aside: recallIds(ASIDE) }));

function keep(aside: readonly string[]): void {
  remember(ASIDE, JSON.stringify(aside));
  useAside.setState({ aside });
}

export const putAside = (id: string): void => keep(withId(useAside.getState().aside, id));

/** Show these again. */
export const bringBack = (ids: readonly string[]): void => keep(useAside.getState().aside.filter((one) => !ids.includes(one)));

/** Whether it is to sound here, said once for each: it is remembered that it did. */
export function soundsFirst(id: string): boolean {
  const before = recallIds(SOUNDED);
  if (before.includes(id)) return false;
  remember(SOUNDED, JSON.stringify(withId(before, id)));
  return true;
}
