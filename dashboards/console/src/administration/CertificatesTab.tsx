// Which authority signed the hub's encrypted lines, and how another machine comes to trust it.
import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { QrCode } from "../qr/QrCode";
import { authorityFingerprint } from "./fingerprint";

/** docs/access.md: for who does not trust the hub yet it says how one port above its own, over a plain line. */
function trustAddress(): string {
  const port = Number(location.port === "" ? (location.protocol === "https:" ? 443 : 80) : location.port);
  return `http://${location.hostname}:${port + 1}/trust`;
}

export function CertificatesTab() {
  const texts = useTexts();
  if (location.protocol !== "https:") return <p className="administration-words">{texts.certificates.plain}</p>;
  return <Trust address={trustAddress()} />;
}

function Trust({ address }: { address: string }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const fingerprint = useAnswer(authorityFingerprint);
  return (
    <div className="certificates" data-testid="certificates">
      <p className="administration-words">{texts.certificates.words}</p>
      <div className="certificates-address">
        <QrCode text={address} label={texts.certificates.address} />
        <div>
          <p className="field">{texts.certificates.address}</p>
          <p className="address">{address}</p>
          <a href="/trust" target="_blank" rel="noreferrer" data-testid="certificates-open">
            {texts.certificates.open}
          </a>
          <p className="field">{texts.certificates.fingerprint}</p>
          <p className="fingerprint" data-testid="certificates-fingerprint">
            {fingerprint.value ?? ""}
          </p>
          {fingerprint.failure !== null && <div className="failure">{errorText(language, fingerprint.failure)}</div>}
          <p>{texts.certificates.compare}</p>
        </div>
      </div>
    </div>
  );
}
