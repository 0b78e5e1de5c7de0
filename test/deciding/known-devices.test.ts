import { expect, it } from "vitest";
import { KnownDevices } from "../../server/deciding/known-devices";

const MAX_DEVICES = 10_000;

function known(...listed: string[]): KnownDevices {
  return new KnownDevices((id) => ({
    isOurs: listed.includes(id),
    online: false,
    heardMs: 0,
    values: {},
    lastSeenMs: null,
    ledNoted: null,
  }));
}

it("a device is a stranger until it is listed or claimed", () => {
  const devices = known("listed");
  for (const id of ["listed", "claimed", "stranger"]) devices.getOrAdd(id);
  const claimed = devices.adopt("claimed");
  expect(claimed).toBe(devices.get("claimed"));
  expect(devices.ours().map(([id]) => id)).toEqual(["listed", "claimed"]);
  expect(devices.ofOurs("claimed")).toBe(claimed);
  expect(devices.get("stranger")).toBeDefined();
  expect(devices.ofOurs("stranger")).toBeUndefined();
  expect(devices.ofOurs("unknown")).toBeUndefined();
  devices.remove("claimed");
  expect(devices.get("claimed")).toBeUndefined();
});

it("strangers that fill the list make room for our device, but not for another stranger", () => {
  const devices = known();
  for (let at = 0; at < MAX_DEVICES; at++) devices.getOrAdd(`stranger-${at}`);
  expect(devices.getOrAdd("one-more")).toBeUndefined();
  expect(devices.adopt("ours")).toBeDefined();
  expect(devices.get("stranger-0")).toBeUndefined();
  expect(devices.all()).toHaveLength(MAX_DEVICES);
});

it("our devices that fill the list make room for no other", () => {
  const devices = known();
  for (let at = 0; at < MAX_DEVICES; at++) devices.adopt(`ours-${at}`);
  expect(devices.adopt("one-more")).toBeUndefined();
  expect(devices.ours()).toHaveLength(MAX_DEVICES);
});
