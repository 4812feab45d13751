// Sends what waits, one after the other in its order; what had no answer is tried again, what was refused is told.
import { HubError } from "../../../console/src/room/ask";
import type { Press } from "./kept";

export const AGAIN_AFTER_MS = [1_000, 2_000, 5_000, 10_000];

interface SendingParts {
  /** The oldest that this person may send; null for none. */
  next: () => Press | null;
  send: (press: Press) => Promise<void>;
  /** The hub has it. */
  sent: (press: Press) => void;
  /** Whether the last try had no answer, so that what is left waits. */
  stuck: (isStuck: boolean) => void;
  /** The hub does not take it, now or later. */
  refused: (press: Press, why: HubError) => void;
}

export interface Sending {
  /** Try now: something was pressed, or the line is back. */
  look: () => void;
  end: () => void;
}

/** Whether another try may help: the hub was not reached, is busy, or asks to sign in first. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof HubError)) return true;
  if (["unreachable", "unanswered", "unreadable", "sign_in_needed", "too_many_requests", "storage_overloaded", "storage_away", "internal"].includes(error.code)) return true;
  return error.code.startsWith("http_5");
}

export function keepSending(parts: SendingParts): Sending {
  let busy = false;
  let ended = false;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function work(): Promise<void> {
    if (busy || ended) return;
    busy = true;
    clearTimeout(timer);
    for (let press = parts.next(); press !== null && !ended; press = parts.next()) {
      try {
        await parts.send(press);
        parts.sent(press);
        parts.stuck(false);
        tries = 0;
      } catch (error) {
        if (isPassing(error)) {
          parts.stuck(true);
          again();
          break;
        }
        parts.refused(press, error as HubError);
      }
    }
    busy = false;
  }

  function again(): void {
    if (ended) return;
    timer = setTimeout(() => void work(), AGAIN_AFTER_MS[Math.min(tries, AGAIN_AFTER_MS.length - 1)]);
    tries += 1;
  }

  return {
    look: () => void work(),
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
