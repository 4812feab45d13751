// Whose the cameras are and what was agreed: one list, changed as a whole, over what another saved meanwhile.
import { Button, Checkbox, Input, InputNumber, Table } from "antd";
import { useMemo, useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { calendarDay } from "../language/time";
import { HubError } from "../room/ask";
import { hubNowMs, useRoom } from "../room/store";
import type { Camera } from "../room/types";
import { camerasHub } from "./hub";
import { effectOf, isOver, MOST_DAYS, MOST_OWNERS, rebased, withChanged, withNew, type Owner, type OwnerList } from "./owners";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();
const CHANGED_MEANWHILE = "changed_meanwhile";
const MOST_CONTACT = 200;

export function OwnersForm({ list, onClose }: { list: OwnerList; onClose: () => void }) {
  const texts = useTexts();
  const words = texts.cameras;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  const [kept, setKept] = useState(list);
  const [owners, setOwners] = useState<readonly Owner[]>(list.owners);
  const today = calendarDay(hubNowMs(), zone);
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const { owner_id: id } of cameras.values()) if (id !== null) found.set(id, (found.get(id) ?? 0) + 1);
    return found;
  }, [cameras]);
  const before = useMemo(() => new Map(kept.owners.map((one) => [one.owner_id, one])), [kept]);
  const change = (id: string, changed: Partial<Owner>): void => setOwners(withChanged(owners, id, changed));
  const isComplete = owners.every((one) => one.name.trim() !== "");

  async function save(): Promise<void> {
    try {
      await camerasHub.putOwners({ version: kept.version, owners: owners.map((one) => ({ ...one, name: one.name.trim(), contact: one.contact.trim() })) });
    } catch (error) {
      if (error instanceof HubError && error.code === CHANGED_MEANWHILE) {
        const latest = await camerasHub.owners();
        const over = rebased(kept.owners, owners, latest.owners);
        setKept(latest);
        setOwners(over.owners);
        const said = words.rebased(latest.version);
        throw new Error(over.lost.length === 0 ? said : said + words.theirsStands(over.lost.join(texts.comma)));
      }
      throw error;
    }
    onClose();
  }

  return (
    <FormModal title={words.owners} testid="owners" width={1160} isComplete={isComplete} onSave={save} onClose={onClose}>
      <p className="hint">{words.ownersHint}</p>
      <Table<Owner>
        className="owners"
        data-testid="owners-table"
        size="small"
        rowKey="owner_id"
        dataSource={[...owners]}
        locale={{ emptyText: words.noOwners }}
        pagination={false}
        scroll={{ x: 1000, y: "52vh" }}
        columns={[
          {
            title: words.owner,
            width: 230,
            render: (_, one) => (
              <>
                <Input
                  data-testid={`owner-name-${one.owner_id}`}
                  aria-label={words.ownerName}
                  placeholder={words.ownerName}
                  maxLength={64}
                  value={one.name}
                  onChange={(event) => change(one.owner_id, { name: event.target.value })}
                />
                <Said before={before.get(one.owner_id)} owner={one} cameras={counts.get(one.owner_id) ?? 0} today={today} />
              </>
            ),
          },
          {
            title: words.contact,
            width: 190,
            render: (_, one) => (
              <Input
                aria-label={words.contact}
                placeholder={words.contactExample}
                maxLength={MOST_CONTACT}
                value={one.contact}
                onChange={(event) => change(one.owner_id, { contact: event.target.value })}
              />
            ),
          },
          {
            title: words.agreed,
            width: 250,
            render: (_, one) => (
              <span className="owner-agreed">
                {(["records", "watches_live", "exports"] as const).map((what) => (
                  <Checkbox key={what} data-testid={`owner-${what}-${one.owner_id}`} checked={one[what]} onChange={(event) => change(one.owner_id, { [what]: event.target.checked })}>
                    {words.agrees[what]}
                  </Checkbox>
                ))}
              </span>
            ),
          },
          {
            title: words.days,
            width: 120,
            render: (_, one) => (
              <InputNumber
                className="wide"
                aria-label={words.days}
                data-testid={`owner-days-${one.owner_id}`}
                min={1}
                max={MOST_DAYS}
                precision={0}
                placeholder={words.asOthers}
                value={one.retention_days}
                onChange={(days) => change(one.owner_id, { retention_days: days })}
              />
            ),
          },
          {
            title: words.until,
            width: 160,
            render: (_, one) => (
              <Input
                type="date"
                aria-label={words.until}
                data-testid={`owner-until-${one.owner_id}`}
                status={isOver(one, today) ? "error" : ""}
                value={one.until ?? ""}
                onChange={(event) => change(one.owner_id, { until: event.target.value === "" ? null : event.target.value })}
              />
            ),
          },
          {
            title: "",
            width: 70,
            render: (_, one) => {
              const has = counts.get(one.owner_id) ?? 0;
              return (
                <Button
                  size="small"
                  danger
                  title={has > 0 ? words.hasCameras(has) : ""}
                  disabled={has > 0}
                  data-testid={`owner-remove-${one.owner_id}`}
                  onClick={() => setOwners(owners.filter((each) => each.owner_id !== one.owner_id))}
                >
                  {words.leaveOut}
                </Button>
              );
            },
          },
        ]}
      />
      <div className="row">
        <Button data-testid="owner-add" disabled={owners.length >= MOST_OWNERS} onClick={() => setOwners(withNew(owners))}>
          {words.addOwner}
        </Button>
        <span className="hint" data-testid="owners-version" data-version={kept.version}>
          {words.version(kept.version)}
        </span>
      </div>
    </FormModal>
  );
}

/** How many cameras an owner has, and what saving does to them at once. */
function Said({ before, owner, cameras, today }: { before: Owner | undefined; owner: Owner; cameras: number; today: string }) {
  const words = useTexts().cameras;
  const effect = before === undefined || cameras === 0 ? null : effectOf(before, owner, today);
  return (
    <i className="cell-second">
      {cameras > 0 ? words.hasCameras(cameras) : words.hasNone}
      {isOver(owner, today) && effect === null && <b className="state-bad"> · {words.isOver}</b>}
      {effect !== null && <b className="state-wait"> · {words.effect[effect]}</b>}
    </i>
  );
}
