import { describe, expect, it } from "vitest";

import { addressesOf, addressFault, isComplete, NEW_CAMERA, orderOf, type Enrolling } from "./enrolling";

const GATE: Enrolling = { ...NEW_CAMERA, by: "address", name: " 大门 ", main: " rtsp://192.0.2.1/main ", sub: "rtsp://192.0.2.1/sub" };

describe("an address", () => {
  it.each([
    ["rtsp://192.0.2.1/ch1", "main", "none"],
    ["http://192.0.2.1:8080/video.mjpg?a=b@c", "main", "none"],
    ["v4l2:/dev/video0", "main", "none"],
    ["onvif://192.0.2.1", "main", "none"],
    ["onvif://192.0.2.1", "sub", "is_device"],
    ["rtsp://admin:secret@192.0.2.1/ch1", "main", "has_password"],
    ["192.0.2.1", "main", "not_one"],
    ["rtsp://", "main", "not_one"],
  ] as const)("%s as %s stream: %s", (address, stream, fault) => expect(addressFault(address, stream)).toBe(fault));

  it("is taken apart from others however they are written", () => {
    expect(addressesOf(" 192.0.2.1，192.0.2.2;192.0.2.1\n192.0.2.3:3702 ")).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.3:3702"]);
    expect(addressesOf(" ")).toEqual([]);
  });
});

describe("a camera that is enrolled", () => {
  it("by address needs a name and addresses that are some", () => {
    expect(isComplete(GATE)).toBe(true);
    expect(isComplete({ ...GATE, name: " " })).toBe(false);
    expect(isComplete({ ...GATE, sub: "192.0.2.1" })).toBe(false);
    expect(isComplete({ ...GATE, by: "search" })).toBe(false);
  });

  it("is sent with both streams, its place and no spaces", () => {
    expect(orderOf({ ...GATE, place: [25.1, 105.4], transport: "udp" })).toEqual({
      name: "大门",
      url: "rtsp://192.0.2.1/main",
      sub_url: "rtsp://192.0.2.1/sub",
      transport: "udp",
      venue_id: null,
      owner_id: null,
      latitude: 25.1,
      longitude: 105.4,
    });
  });

  it("by its device leaves the streams to the device, whatever was written as addresses", () => {
    const found = orderOf({ ...GATE, by: "search", device: "onvif://192.0.2.9", transport: "udp" });
    expect(found).toMatchObject({ url: "onvif://192.0.2.9", sub_url: null, transport: "tcp" });
    expect(orderOf({ ...GATE, main: "onvif://192.0.2.9" })).toMatchObject({ url: "onvif://192.0.2.9", sub_url: null });
  });
});
