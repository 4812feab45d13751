// Adds a person, or changes the name, role and places of one.
import { Input, Select } from "antd";
import { useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { ROLES, type Place, type Role } from "../session/types";
import { peopleHub, type PersonView } from "./hub";
import { PlacePicker } from "./PlacePicker";
import { placesFor } from "./places";

export function PersonForm(props: { person: PersonView | null; onDone: (person: PersonView, isNew: boolean) => void; onClose: () => void }) {
  const { person } = props;
  const texts = useTexts();
  const [account, setAccount] = useState(person?.person_id ?? "");
  const [name, setName] = useState(person?.name ?? "");
  const [role, setRole] = useState<Role>(person?.role ?? "dispatcher");
  const [places, setPlaces] = useState<Place[]>(person?.places ?? placesFor("dispatcher", []));
  const isComplete = account.trim() !== "" && name.trim() !== "" && places.length > 0;

  async function save(): Promise<void> {
    const order = { name: name.trim(), role, places };
    const saved = person === null ? await peopleHub.add(account.trim(), order) : await peopleHub.put(person.person_id, order);
    props.onDone(saved, person === null);
  }

  return (
    <FormModal
      title={person === null ? texts.people.add : texts.people.change}
      testid="people"
      isComplete={isComplete}
      onSave={save}
      onClose={props.onClose}
    >
      <label>
        <span className="label">{texts.people.account}</span>
        <Input
          data-testid="people-account"
          autoFocus={person === null}
          disabled={person !== null}
          autoComplete="off"
          spellCheck={false}
          maxLength={48}
          placeholder={texts.people.accountRule}
          value={account}
          onChange={(event) => setAccount(event.target.value)}
        />
      </label>
      <label>
        <span className="label">{texts.people.name}</span>
        <Input data-testid="people-name" autoComplete="off" maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <div>
        <span className="label">{texts.people.role}</span>
        <Select
          data-testid="people-role"
          className="wide"
          value={role}
          onChange={(value: Role) => {
            setRole(value);
            setPlaces(placesFor(value, places));
          }}
          options={ROLES.map((value) => ({ value, label: texts.role[value] }))}
        />
      </div>
      <div>
        <span className="label">{texts.people.places}</span>
        <PlacePicker role={role} places={places} onChange={setPlaces} />
      </div>
    </FormModal>
  );
}
