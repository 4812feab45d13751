// Enrolment codes as a sheet of cards to print and cut: venue, device, QR code, until when.
import { Button, Modal } from "antd";
import { createPortal } from "react-dom";

import { useTexts } from "../language/language";
import { dayAndTime } from "../language/time";
import { QrCode } from "../qr/QrCode";
import { useRoom } from "../room/store";
import type { DeviceCode } from "./hub";
import "./devices.css";

export interface Card extends DeviceCode {
  name: string;
  venue: string;
}

export function CodeSheet({ cards, onClose }: { cards: readonly Card[]; onClose: () => void }) {
  const texts = useTexts();
  const sheet = <Cards cards={cards} />;
  return (
    <>
      <Modal
        open
        title={texts.devices.sheet(cards.length)}
        onCancel={onClose}
        width={900}
        footer={
          <>
            <Button onClick={onClose}>{texts.admin.close}</Button>
            <Button data-testid="devices-print" type="primary" onClick={() => print()}>
              {texts.admin.print}
            </Button>
          </>
        }
      >
        <p className="administration-words">{texts.devices.sheetWords}</p>
        <div className="code-sheet-scroll" data-testid="devices-sheet">
          {sheet}
        </div>
      </Modal>
      {/* On paper the sheet stands alone, over as many pages as it needs. */}
      {createPortal(<div className="on-paper">{sheet}</div>, document.body)}
    </>
  );
}

function Cards({ cards }: { cards: readonly Card[] }) {
  const texts = useTexts();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const community = useRoom((room) => room.community.name, "");
  return (
    <div className="code-sheet">
      {cards.map((card) => (
        <article key={card.device_id} data-join={card.join} data-device={card.device_id}>
          <QrCode text={card.join} label={card.device_id} />
          <div>
            <b>{card.venue === "" ? card.name : card.venue}</b>
            <span className="device-id">{card.device_id}</span>
            {card.name !== card.device_id && card.venue !== "" && <span>{card.name}</span>}
            <i>
              {texts.product} {community}
            </i>
            <i>{texts.admin.expires(dayAndTime(card.expires_at_ms, zone).slice(0, 16))}</i>
          </div>
        </article>
      ))}
    </div>
  );
}
