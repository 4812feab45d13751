// Adds a person, or changes the name, role and places of one.
import { Button, Input, Modal, Select } from "antd";
import { useState, type FormEvent } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { ROLES, type Place, type Role } from "../session/types";
import { peopleHub, type PersonView } from "./hub";
import { PlacePicker } from "./PlacePicker";
import { placesFor } from "./places";

export function PersonForm(props: { person: PersonView | null; onDone: (person: PersonView, isNew: boolean) => void; onClose: () => void }) {
  const { person } = props;
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [account, setAccount] = useState(person?.person_id ?? "");
  const [name, setName] = useState(person?.name ?? "");
  const [role, setRole] = useState<Role>(person?.role ?? "dispatcher");
  const [places, setPlaces] = useState<Place[]>(person?.places ?? placesFor("dispatcher", []));
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isComplete = account.trim() !== "" && name.trim() !== "" && places.length > 0;

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!isComplete || saving) return;
    setSaving(true);
    setFailure(null);
    const order = { name: name.trim(), role, places };
    try {
      const saved = person === null ? await peopleHub.add(account.trim(), order) : await peopleHub.put(person.person_id, order);
      props.onDone(saved, person === null);
    } catch (error) {
      setFailure(error);
      setSaving(false);
    }
  }

  return (
    <Modal open title={person === null ? texts.people.add : texts.people.change} onCancel={props.onClose} footer={null} width={520}>
      <form className="form-rows" data-testid="people-form" onSubmit={(event) => void save(event)}>
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
        {failure !== null && (
          <div className="failure" role="alert">
            {errorText(language, failure)}
          </div>
        )}
        <div className="row end">
          <Button onClick={props.onClose}>{texts.admin.cancel}</Button>
          <Button data-testid="people-save" type="primary" htmlType="submit" loading={saving} disabled={!isComplete}>
            {texts.admin.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
