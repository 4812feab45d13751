// Enrols a camera: found on the network and asked for its streams, or by the addresses of its streams; its name, venue, owner and place.
import { Input, Segmented, Select } from "antd";
import { useMemo, useRef, useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Venue } from "../room/types";
import { CalibrationMap } from "./CalibrationMap";
import type { Place } from "./clicks";
import { isComplete, NEW_CAMERA, orderOf, type Enrolling } from "./enrolling";
import { camerasHub, type Found } from "./hub";
import { LoginFields, type LoginRef } from "./LoginFields";
import type { Owner } from "./owners";
import { SearchDevices } from "./SearchDevices";
import { StreamAddresses } from "./StreamAddresses";

const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const NO_PLACES: readonly Place[] = [];
const OWN = "";

interface Props {
  owners: readonly Owner[];
  /** The last search, so that its next camera needs no other; null: nobody searched. */
  found: Found | null;
  onFound: (found: Found | null) => void;
  onClose: () => void;
}

export function EnrolForm({ owners, found, onFound, onClose }: Props) {
  const texts = useTexts();
  const words = texts.cameras;
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const [camera, setCamera] = useState<Enrolling>(NEW_CAMERA);
  const login = useRef<LoginRef>(null);
  const venue = camera.venueId === null ? undefined : venues.get(camera.venueId);
  const near = useMemo((): Place | null => (venue === undefined ? null : [venue.latitude, venue.longitude]), [venue]);
  const change = (changed: Partial<Enrolling>): void => setCamera((before) => ({ ...before, ...changed }));
  const venueOptions = useMemo(() => [...venues.values()].map((one) => ({ value: one.venue_id, label: one.name })), [venues]);

  async function save(): Promise<void> {
    const order = orderOf(camera);
    const added = await camerasHub.add(order, login.current?.read() ?? null);
    login.current?.clear();
    if (found !== null) {
      const devices = found.devices.map((one) => (one.address === order.url ? { ...one, camera_ids: [...one.camera_ids, added.camera_id] } : one));
      onFound({ ...found, devices });
    }
    onClose();
  }

  return (
    <FormModal title={words.add} testid="enrol" width={1040} isComplete={isComplete(camera)} save={words.enrol} onSave={save} onClose={onClose}>
      <Segmented
        data-testid="enrol-by"
        className="enrol-by"
        options={[
          { value: "search", label: words.bySearch },
          { value: "address", label: words.byAddress },
        ]}
        value={camera.by}
        onChange={(by) => change({ by: by === "address" ? "address" : "search" })}
      />
      <div className="enrol-both">
        <div className="form-rows">
          {camera.by === "search" ? (
            <SearchDevices
              found={found}
              onFound={onFound}
              device={camera.device}
              onDevice={(device) => change({ device: device.address, name: device.name.slice(0, 64) })}
              login={login}
            />
          ) : (
            <>
              <StreamAddresses camera={camera} onChange={change} />
              <LoginFields ref={login} />
            </>
          )}
        </div>
        <div className="form-rows">
          <label>
            <span className="label">{words.name}</span>
            <Input data-testid="enrol-name" autoComplete="off" maxLength={64} placeholder={words.nameExample} value={camera.name} onChange={(event) => change({ name: event.target.value })} />
          </label>
          <div className="enrol-whose">
            <label>
              <span className="label">{words.venue}</span>
              <Select
                data-testid="enrol-venue"
                className="wide"
                allowClear
                showSearch={{ optionFilterProp: "label" }}
                placeholder={words.noVenue}
                value={camera.venueId}
                onChange={(venueId: string | undefined) => change({ venueId: venueId ?? null })}
                options={venueOptions}
              />
            </label>
            <label>
              <span className="label">{words.owner}</span>
              <Select
                data-testid="enrol-owner"
                className="wide"
                showSearch={{ optionFilterProp: "label" }}
                value={camera.ownerId ?? OWN}
                onChange={(ownerId: string) => change({ ownerId: ownerId === OWN ? null : ownerId })}
                options={[{ value: OWN, label: words.own }, ...owners.map((one) => ({ value: one.owner_id, label: one.name }))]}
              />
            </label>
          </div>
          <div>
            <span className="label">{camera.place === null ? words.place : words.placed}</span>
            <CalibrationMap key={camera.venueId} near={near} camera={camera.place} places={NO_PLACES} footprint={NO_PLACES} onClick={(place) => change({ place })} />
          </div>
        </div>
      </div>
    </FormModal>
  );
}
