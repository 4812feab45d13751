// The hub's call about its own certificates.
import { ask } from "../room/ask";

/** What another machine needs to trust the hub; without TLS there is neither. */
export interface HowToTrust {
  /** Of the authority, as phones show it: SHA-256, AB:CD:… */
  fingerprint: string | null;
  /** The page that says how, over a plain line, as a phone reaches it; null where it is served over TLS alone. */
  trust: string | null;
}

export const certificatesHub = {
  howToTrust: () => ask<HowToTrust>("GET", "/api/certificates"),
};
