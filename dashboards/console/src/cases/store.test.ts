// A case that was just opened is shown when the hub's line has brought it, and not the former one in its place.
import { afterEach, expect, test } from "vitest";

import type { Room } from "../room/room";
import { useStore } from "../room/store";
import type { Case } from "../room/types";
import { showOpened, useCaseDesk } from "./store";

function bring(...caseIds: string[]): void {
  const cases = new Map(caseIds.map((case_id) => [case_id, { case_id, standing: { stage: "handle" } } as Case]));
  useStore.setState({ room: { cases } as unknown as Room });
}

afterEach(() => {
  useStore.setState({ room: null });
  useCaseDesk.setState({ chosenId: null, opening: false });
});

test("the form stays until the new case has come", async () => {
  useCaseDesk.setState({ opening: true });
  bring("K1");
  const shown = showOpened("K2");
  bring("K1", "K3");
  expect(useCaseDesk.getState()).toEqual({ chosenId: null, opening: true });
  bring("K1", "K2");
  await shown;
  expect(useCaseDesk.getState()).toEqual({ chosenId: "K2", opening: false });
});

test("a case that came before the hub's answer is shown at once", async () => {
  useCaseDesk.setState({ opening: true });
  bring("K2");
  await showOpened("K2");
  expect(useCaseDesk.getState()).toEqual({ chosenId: "K2", opening: false });
});
