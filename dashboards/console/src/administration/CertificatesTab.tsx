// Which authority signed the hub's encrypted lines, and how another machine comes to trust it.
import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { QrCode } from "../qr/QrCode";
import { certificatesHub } from "./hub";

export function CertificatesTab() {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const { value, failure } = useAnswer(certificatesHub.howToTrust);
  if (failure !== null) return <div className="failure">{errorText(language, failure)}</div>;
  if (value === null) return null;
  if (value.fingerprint === null) return <p className="administration-words">{texts.certificates.plain}</p>;
  return (
    <div className="certificates" data-testid="certificates">
      <p className="administration-words">{texts.certificates.words}</p>
      <div className="certificates-address">
        {value.trust !== null && <QrCode text={value.trust} label={texts.certificates.address} />}
        <div>
          <p className="field">{value.trust === null ? texts.certificates.noPage : texts.certificates.address}</p>
          <p className="address" data-testid="certificates-address">
            {value.trust}
          </p>
          <a href="/trust" target="_blank" rel="noreferrer" data-testid="certificates-open">
            {texts.certificates.open}
          </a>
          <p className="field">{texts.certificates.fingerprint}</p>
          <p className="fingerprint" data-testid="certificates-fingerprint">
            {value.fingerprint}
          </p>
          <p>{texts.certificates.compare}</p>
        </div>
      </div>
    </div>
  );
}
