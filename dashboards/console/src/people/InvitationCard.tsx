// An invitation as it is handed over: QR code, link and until when; it is shown this once.
import { Button, Modal } from "antd";

import { CopyButton } from "../join/CopyButton";
import { useTexts } from "../language/language";
import { dayAndTime } from "../language/time";
import { QrCode } from "../qr/QrCode";
import { useRoom } from "../room/store";
import { GUARD_PAGE, homeOf } from "../session/home";
import type { Invitation, PersonView } from "./hub";

export function InvitationCard(props: { person: PersonView; invitation: Invitation; onClose: () => void }) {
  const { person, invitation } = props;
  const texts = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  return (
    <Modal open title={texts.people.inviteTitle(person.name)} onCancel={props.onClose} footer={null} width={620}>
      <div className="invitation" data-testid="invite-card" data-join={invitation.join}>
        <QrCode text={invitation.join} label={texts.people.inviteTitle(person.name)} />
        <div>
          <p>{texts.people.inviteWords}</p>
          {homeOf(person.role) === GUARD_PAGE && <p data-testid="invite-guard">{texts.people.inviteGuard}</p>}
          {person.can_sign_in && <p className="state-wait">{texts.people.reset}</p>}
          <p className="field">{texts.admin.expires(dayAndTime(invitation.expires_at_ms, zone))}</p>
          <div className="row">
            <CopyButton text={invitation.join} />
            <Button data-testid="invite-close" onClick={props.onClose}>
              {texts.admin.close}
            </Button>
          </div>
        </div>
      </div>
    </Modal>
  );
}
