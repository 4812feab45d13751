// Which authority signed the hub's encrypted lines, and how another machine comes to trust it.
import { useTexts } from "../language/language";
import { QrCode } from "../qr/QrCode";

/** docs/access.md: the hub shows how to trust it one port above its own, over a plain line. */
function trustAddress(): string {
  const port = Number(location.port === "" ? (location.protocol === "https:" ? 443 : 80) : location.port);
  return `http://${location.hostname}:${port + 1}/trust`;
}

export function CertificatesTab() {
  const texts = useTexts();
  if (location.protocol !== "https:") return <p className="administration-words">{texts.certificates.plain}</p>;
  const address = trustAddress();
  return (
    <div className="certificates" data-testid="certificates">
      <p className="administration-words">{texts.certificates.words}</p>
      <div className="certificates-address">
        <QrCode text={address} label={texts.certificates.address} />
        <div>
          <p className="field">{texts.certificates.address}</p>
          <p className="address">{address}</p>
          <a href={address} target="_blank" rel="noreferrer" data-testid="certificates-open">
            {texts.certificates.open}
          </a>
          <p className="field">{texts.certificates.compare}</p>
        </div>
      </div>
    </div>
  );
}
