// A device's enrolment code that a person opened: says what it is for, and shows it again for the device to read.
import { useTexts } from "../language/language";
import { QrCode } from "../qr/QrCode";
import { CopyButton } from "./CopyButton";

export function DeviceCode({ link }: { link: string }) {
  const texts = useTexts();
  return (
    <div className="join" data-testid="join-device">
      <h2>{texts.join.deviceTitle}</h2>
      <p>{texts.join.deviceWords}</p>
      <QrCode text={link} label={texts.join.deviceTitle} className="large" />
      <CopyButton text={link} />
    </div>
  );
}
