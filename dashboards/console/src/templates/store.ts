// The templates as the composer knows them: loaded once, and again when somebody changed them here.
import { create } from "zustand";

import { templatesHub, type Template } from "./hub";

export const useTemplates = create<{ templates: readonly Template[] }>(() => ({ templates: [] }));

/** Read them anew; an alert is written without them where the hub cannot say. */
export async function loadTemplates(): Promise<void> {
  await templatesHub.all().then(
    (templates) => useTemplates.setState({ templates }),
    () => undefined,
  );
}
