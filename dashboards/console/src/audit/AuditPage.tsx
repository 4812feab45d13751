// The whole screen of somebody who reads the audit log and sees no room.
import { useTexts } from "../language/language";
import { MeMenu } from "../session/MeMenu";
import { AuditLog } from "./AuditLog";

export function AuditPage() {
  const texts = useTexts();
  return (
    <div className="audit-page">
      <header className="top">
        <h1>
          {texts.product} <span>{texts.audit.title}</span>
        </h1>
        <span className="space" />
        <MeMenu />
      </header>
      <AuditLog />
    </div>
  );
}
