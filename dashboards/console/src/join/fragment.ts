// What the link of an invitation or enrolment code carries in its fragment, which no server ever sees.

export type JoinCode = { kind: "person"; code: string } | { kind: "device"; code: string };

/** The code in a fragment like `#p=CODE&f=FINGERPRINT`; null when there is none, or one of each. */
export function readFragment(fragment: string): JoinCode | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const person = fields.get("p") ?? "";
  const device = fields.get("d") ?? "";
  if ((person === "") === (device === "")) return null;
  return person === "" ? { kind: "device", code: device } : { kind: "person", code: person };
}

/** The link as the QR code says it, and its code; the fragment leaves the address bar and the browser's history at once. */
export function takeFragment(): { link: string; code: JoinCode | null } {
  const taken = { link: `${location.origin}/join${location.hash}`, code: readFragment(location.hash) };
  history.replaceState(null, "", location.pathname);
  return taken;
}

/** The secret in an authenticator's `otpauth://` address, in groups of four for typing. */
export function secretOf(totpUri: string): string {
  const query = totpUri.slice(totpUri.indexOf("?") + 1);
  return (new URLSearchParams(query).get("secret") ?? "").replace(/(.{4})(?=.)/g, "$1 ");
}
