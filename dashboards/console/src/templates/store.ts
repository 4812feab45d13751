// The templates as the console knows them: read whenever the line to the hub opens, and set anew by who may.
import { create } from "zustand";

import { templatesHub, type Template } from "./hub";

interface Known {
  /** Null until the hub has said. */
  templates: readonly Template[] | null;
  /** Why they could not be read the last time; an alert is written without them. */
  failure: unknown;
}

export const useTemplates = create<Known>(() => ({ templates: null, failure: null }));

/** Of the latest call: what an earlier one brings later is old. */
let latest = 0;

/** Read them anew; those that are known stay where the hub cannot say. */
export async function loadTemplates(): Promise<void> {
  const own = ++latest;
  await templatesHub.all().then(
    (templates) => own === latest && useTemplates.setState({ templates, failure: null }),
    (failure: unknown) => own === latest && useTemplates.setState({ failure }),
  );
}

/** Have these and no others; raises the hub's refusal. */
export async function putTemplates(changed: readonly Template[]): Promise<void> {
  const templates = await templatesHub.put(changed);
  latest += 1;
  useTemplates.setState({ templates, failure: null });
}
