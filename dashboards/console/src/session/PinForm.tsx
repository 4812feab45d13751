// Sets the digits with which somebody signs on to a radio: one's own, or for an administrator anybody's.
import { Input } from "antd";
import { useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { sessionHub } from "./hub";
import type { Person } from "./types";

const LEAST_DIGITS = 4;
const MOST_DIGITS = 8;

export function PinForm({ person, onClose }: { person: Pick<Person, "person_id" | "name">; onClose: () => void }) {
  const texts = useTexts();
  const [pin, setPin] = useState("");
  return (
    <FormModal
      title={texts.pin.titleOf(person.name)}
      testid="pin"
      width={440}
      isComplete={pin.length >= LEAST_DIGITS}
      onSave={() => sessionHub.setPin(person.person_id, pin)}
      onClose={onClose}
      done={texts.pin.done(person.name, person.person_id)}
    >
      <label>
        <span className="label">{texts.pin.digits}</span>
        <Input.Password
          data-testid="pin-digits"
          size="large"
          inputMode="numeric"
          autoComplete="off"
          autoFocus
          value={pin}
          // Full-width digits are what a Chinese keyboard writes.
          onChange={(event) => setPin(event.target.value.normalize("NFKC").replace(/\D/g, "").slice(0, MOST_DIGITS))}
        />
      </label>
      <p className="hint">{texts.pin.hint}</p>
    </FormModal>
  );
}
