// The page behind the QR code of an invitation or of a device's enrolment.
import { useTexts } from "../language/language";
import { EntryPage } from "../session/EntryPage";
import { DeviceCode } from "./DeviceCode";
import type { JoinCode } from "./fragment";
import { PersonInvitation } from "./PersonInvitation";
import "./join.css";

export function JoinPage({ link, code }: { link: string; code: JoinCode | null }) {
  const texts = useTexts();
  return (
    <div className="entry-page">
      <EntryPage>
        {code === null && (
          <div className="join">
            <h2>{texts.join.title}</h2>
            <div className="failure" role="alert" data-testid="join-incomplete">
              {texts.join.incomplete}
            </div>
            <a href="/">{texts.join.toSignIn}</a>
          </div>
        )}
        {code?.kind === "person" && <PersonInvitation code={code.code} />}
        {code?.kind === "device" && <DeviceCode link={link} />}
      </EntryPage>
    </div>
  );
}
