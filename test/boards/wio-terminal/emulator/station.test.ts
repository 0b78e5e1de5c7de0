import { beforeEach, expect, it } from "vitest";
import { Station } from "../../../../boards/wio-terminal/emulator/coprocessor/station";

const OPEN = 0;
const WPA2_AES = 0x00400004;

let station: Station;

beforeEach(() => {
  station = new Station([
    { ssid: "home", password: "12345678", hosts: { "broker.home": "10.0.2.7" } },
    { ssid: "guests" },
    { ssid: "nowhere", hasNoRoute: true },
  ]);
  station.radioOn = true;
});

it.each([
  ["a network with its password", "home", "12345678", WPA2_AES, true],
  ["an open network", "guests", null, OPEN, true],
  ["a wrong password", "home", "87654321", WPA2_AES, false],
  ["no password", "home", null, OPEN, false],
  ["a password for an open network", "guests", "12345678", WPA2_AES, false],
  ["the wrong kind of security", "home", "12345678", OPEN, false],
  ["an unknown network", "office", null, OPEN, false],
])("joining with %s", (_, ssid, password, security, joins) => {
  expect(station.join(ssid, password, security)).toBe(joins);
  expect(station.isJoined).toBe(joins);
});

it("no network can be joined while the radio is off, or while none is in range", () => {
  station.inRange = false;
  expect(station.join("guests", null, OPEN)).toBe(false);
  station.inRange = true;
  station.switchOff();
  expect(station.join("guests", null, OPEN)).toBe(false);
});

it("a failed attempt leaves the network, and is the one that the board wanted last", () => {
  station.join("guests", null, OPEN);
  expect(station.wanted).toEqual({ ssid: "guests" });
  station.join("home", "wrong", WPA2_AES);
  expect(station.wanted).toEqual({ ssid: "home", password: "wrong" });
  expect(station.isJoined).toBe(false);
});

it("hosts are found and reached only from the joined network", () => {
  const reached = () => [station.find("broker.home"), station.canReach];
  expect(reached()).toEqual([undefined, false]);
  station.join("home", "12345678", WPA2_AES);
  expect(reached()).toEqual(["10.0.2.7", true]);
  expect(station.find("other.home")).toBeUndefined();
  station.join("nowhere", null, OPEN);
  expect(reached()).toEqual([undefined, false]);
  station.join("home", "12345678", WPA2_AES);
  station.switchOff();
  expect(reached()).toEqual([undefined, false]);
});
