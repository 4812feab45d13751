// Everybody who may come in: role, places, state; adding, changing, inviting, disabling, ending sessions.
import { Button, Popconfirm } from "antd";
import { useState } from "react";

import { ListTab } from "../administration/ListTab";
import { useChange } from "../administration/useChange";
import { useAnswer } from "../browser/useAnswer";
import { useTexts } from "../language/language";
import { dayAndTime } from "../language/time";
import { useRoom } from "../room/store";
import { sessionHub } from "../session/hub";
import { PinForm } from "../session/PinForm";
import { useSession } from "../session/store";
import { ROLES, type Role } from "../session/types";
import { peopleHub, type Invitation, type PersonView } from "./hub";
import { InvitationCard } from "./InvitationCard";
import { PersonForm } from "./PersonForm";
import { usePlaceWords } from "./PlacePicker";
import { stateOf, STATE_TONE } from "./states";

const NOBODY: readonly PersonView[] = [];
const textOf = (one: PersonView): string => `${one.name} ${one.person_id}`;

export function PeopleTab() {
  const texts = useTexts();
  const words = texts.people;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const placeWords = usePlaceWords();
  const meId = useSession((session) => session.person?.person_id);
  const people = useAnswer(peopleHub.list);
  const [form, setForm] = useState<{ person: PersonView | null } | null>(null);
  const [handed, setHanded] = useState<{ person: PersonView; invitation: Invitation } | null>(null);
  const [pinOf, setPinOf] = useState<PersonView | null>(null);
  const { change, failure } = useChange(people.again);

  const invite = (person: PersonView): Promise<void> =>
    change(async () => setHanded({ person, invitation: await peopleHub.invite(person.person_id) }));

  return (
    <>
      <ListTab
        testid="people"
        words={words}
        rows={people.value ?? NOBODY}
        rowKey="person_id"
        textOf={textOf}
        answered={people}
        failure={failure}
        leastWidth={1000}
        columns={[
          {
            title: words.name,
            width: 150,
            sorter: (a, b) => a.name.localeCompare(b.name, "zh-CN"),
            render: (_, one) => (
              <span data-testid={`person-${one.person_id}`}>
                {one.name}
                <i className="cell-second">{one.person_id}</i>
              </span>
            ),
          },
          {
            title: words.role,
            dataIndex: "role",
            width: 90,
            filters: ROLES.map((role) => ({ text: texts.role[role], value: role })),
            onFilter: (role, one) => one.role === role,
            render: (role: Role) => texts.role[role],
          },
          { title: words.places, width: 170, render: (_, one) => placeWords(one.places) },
          {
            title: words.state,
            width: 150,
            render: (_, one) => {
              const state = stateOf(one);
              return (
                <span className={STATE_TONE[state]}>
                  {words.states[state]}
                  {one.invited_until_ms !== null && !one.disabled && (
                    <i className="cell-second">{words.invitedUntil(dayAndTime(one.invited_until_ms, zone).slice(5, 16))}</i>
                  )}
                </span>
              );
            },
          },
          {
            title: words.secondFactor,
            width: 106,
            render: (_, one) => (one.second_factor ? words.hasSecondFactor : words.lacksSecondFactor),
          },
          { title: words.sessions, width: 76, render: (_, one) => words.live(one.live_sessions) },
          {
            title: "",
            render: (_, one) => (
              <span className="row-actions">
                <Button size="small" data-testid={`people-change-${one.person_id}`} onClick={() => setForm({ person: one })}>
                  {words.change}
                </Button>
                <Button size="small" data-testid={`invite-${one.person_id}`} disabled={one.disabled} onClick={() => void invite(one)}>
                  {words.invite}
                </Button>
                <Button size="small" data-testid={`people-pin-${one.person_id}`} disabled={one.disabled} onClick={() => setPinOf(one)}>
                  {texts.pin.title}
                </Button>
                {one.live_sessions > 0 && (
                  <Popconfirm title={words.endConfirm(one.name)} onConfirm={() => change(() => sessionHub.endSessionsOf(one.person_id))}>
                    <Button size="small" data-testid={`people-end-${one.person_id}`}>
                      {words.end}
                    </Button>
                  </Popconfirm>
                )}
                {one.disabled ? (
                  <Button size="small" data-testid={`people-enable-${one.person_id}`} onClick={() => void change(() => peopleHub.enable(one.person_id))}>
                    {words.enable}
                  </Button>
                ) : (
                  one.person_id !== meId && (
                    <Popconfirm title={words.disableConfirm(one.name)} onConfirm={() => change(() => peopleHub.disable(one.person_id))}>
                      <Button size="small" danger data-testid={`people-disable-${one.person_id}`}>
                        {words.disable}
                      </Button>
                    </Popconfirm>
                  )
                )}
              </span>
            ),
          },
        ]}
      >
        <Button data-testid="people-add" type="primary" onClick={() => setForm({ person: null })}>
          {words.add}
        </Button>
      </ListTab>
      {form !== null && (
        <PersonForm
          person={form.person}
          onClose={() => setForm(null)}
          onDone={(saved, isNew) => {
            setForm(null);
            // A new person can do nothing before the invitation.
            if (isNew) void invite(saved);
            else people.again();
          }}
        />
      )}
      {handed !== null && <InvitationCard {...handed} onClose={() => setHanded(null)} />}
      {pinOf !== null && <PinForm person={pinOf} onClose={() => setPinOf(null)} />}
    </>
  );
}
