// What an SOS was, and what was done: with this word it is closed.
import { Input, Radio } from "antd";
import { useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { hub } from "../room/hub";
import { FINDINGS, type Finding, type Sos } from "../room/types";

const MAX_NOTE = 500;

export function CloseSosForm({ sos, onClose }: { sos: Sos; onClose: () => void }) {
  const texts = useTexts();
  const [finding, setFinding] = useState<Finding | null>(null);
  const [note, setNote] = useState("");
  return (
    <FormModal
      title={texts.sos.closeTitle(sos.venue_name)}
      testid="sos-close"
      isComplete={finding !== null}
      onSave={async () => {
        if (finding === null) return;
        await hub.closeSos(sos.sos_id, finding, note);
        onClose();
      }}
      onClose={onClose}
    >
      <span className="field">{texts.sos.finding}</span>
      <Radio.Group
        data-testid="sos-finding"
        optionType="button"
        buttonStyle="solid"
        size="large"
        value={finding}
        onChange={(event) => setFinding(event.target.value as Finding)}
        options={FINDINGS.map((one) => ({ value: one, label: texts.sos.findings[one] }))}
      />
      <span className="field">{texts.sos.note}</span>
      <Input.TextArea
        data-testid="sos-note"
        rows={3}
        maxLength={MAX_NOTE}
        value={note}
        placeholder={texts.sos.noteHint}
        onChange={(event) => setNote(event.target.value)}
      />
    </FormModal>
  );
}
