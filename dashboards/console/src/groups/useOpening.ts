// Makes a temporary talk group and turns the talk strip to it, so that the next press of the key speaks to it.
import { useState } from "react";

import { useStore } from "../room/store";
import { leaveTextField } from "../talk/spaceBar";
import { chooseGroup } from "../talk/store";
import { groupsHub, type GroupOrder } from "./hub";

/** The strip leaves a group that the room does not know; the event that tells of it is seldom later than the answer. */
const KNOWN_WITHIN_MS = 5_000;

export interface Opening {
  isOpening: boolean;
  /** Why the last one was not made; null when it was. */
  failure: unknown;
  /** Resolves to whether it was made. */
  open: (order: GroupOrder) => Promise<boolean>;
}

export function useOpening(): Opening {
  const [isOpening, setOpening] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function open(order: GroupOrder): Promise<boolean> {
    if (isOpening) return false;
    setOpening(true);
    setFailure(null);
    try {
      const group = await groupsHub.open(order);
      await known(group.group_id);
      chooseGroup(group.group_id);
      leaveTextField();
      return true;
    } catch (error) {
      setFailure(error);
      return false;
    } finally {
      setOpening(false);
    }
  }

  return { isOpening, failure, open };
}

function known(groupId: string): Promise<void> {
  const isKnown = (): boolean => useStore.getState().room?.groups.some((one) => one.group_id === groupId) ?? false;
  if (isKnown()) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const stop = useStore.subscribe(() => {
      if (isKnown()) done();
    });
    const timer = setTimeout(done, KNOWN_WITHIN_MS);
  });
}
