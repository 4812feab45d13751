// The fingerprint of the authority's certificate, as the hub's own machine shows it to people.

/** SHA-256 of a PEM certificate's DER, as phones and browsers show it: AB:CD:… Needs a page that came over TLS. */
export async function fingerprintOf(pem: string): Promise<string> {
  const coded = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(pem)?.[1] ?? "";
  const der = Uint8Array.from(atob(coded.replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", der));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(":").toUpperCase();
}

/** The hub's authority's. Raises when it cannot be read. */
export async function authorityFingerprint(): Promise<string> {
  const response = await fetch("/ca.pem");
  if (!response.ok) throw new Error(`/ca.pem: ${response.status}`);
  return fingerprintOf(await response.text());
}
