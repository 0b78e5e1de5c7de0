import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { BOARDS } from "../../boards/boards";
import { checkForBoard } from "../../boards/tools/firmware/device-settings";
import { ROOT } from "../../server/base/root";
import { loadConfig } from "../../server/setup/config";
import { ignoredSettings, parseSettings, readSettingsOf } from "../../server/setup/settings";
import { SETTING_NAMES } from "../../src/common/settings";
import { folderForTest } from "../support/folder";

describe(".env.local", () => {
  it("is parsed like the DeviceScript CLI does", () => {
    const text = [
      "# a comment, and an empty line",
      "",
      "ID=desk-1\r",
      "BROKER=mqtts://broker.example:8884",
      "MQTT_USER=me=you",
      'MQTT_PWD="0123"',
      'WIFI_SSID="my \\u0023 network "',
      "WIFI_PWD=",
      "PARTS=ltr390,button=D1",
    ].join("\n");
    expect(parseSettings(text)).toEqual({
      ID: "desk-1",
      BROKER: "mqtts://broker.example:8884",
      MQTT_USER: "me=you",
      MQTT_PWD: "0123",
      WIFI_SSID: "my # network ",
    });
  });

  it.each([
    ["ID", ".env.local:1: expected NAME=value"],
    ["\nID=a\nID=b", ".env.local:3: ID: is set twice"],
    ["ID =a", ".env.local:1: ID: expected no spaces around the name"],
    ["ID= a", '.env.local:1: ID: expected no space after the "="'],
    [
      "MQTT_PWD=a#b",
      '.env.local:1: MQTT_PWD: DeviceScript ignores a line with a "#"; write it as \\u0023, in double quotes',
    ],
    [
      "MQTT_PWD=0x#",
      '.env.local:1: MQTT_PWD: DeviceScript ignores a line with a "#"; write it as \\u0023, in double quotes',
    ],
    ["MQTT_PASSWORD_X=a", ".env.local:1: MQTT_PASSWORD_X: expected at most 13 characters, got 15"],
    [
      "MQTT_PASS=a",
      ".env.local:1: MQTT_PASS: is not a setting, expected one of ID, BROKER, MQTT_USER, MQTT_PWD, UPDATE_KEY, WIFI_SSID, WIFI_PWD, PARTS",
    ],
    [
      "TLS_CA=ca.pem",
      ".env.local:1: TLS_CA: a board trusts only the public CAs built into its runtime, and sends no client certificate; see docs/boards.md",
    ],
    [
      "MQTT_PWD=12345",
      '.env.local:1: MQTT_PWD: would not be sent as text; put the value in double quotes: MQTT_PWD="..."',
    ],
    [
      "MQTT_PWD=true",
      '.env.local:1: MQTT_PWD: would not be sent as text; put the value in double quotes: MQTT_PWD="..."',
    ],
    ['MQTT_PWD="a', ".env.local:1: MQTT_PWD: expected a JSON string in the double quotes"],
    [
      "MQTT_PWD='a'",
      ".env.local:1: MQTT_PWD: single quotes would be part of the value; use double quotes",
    ],
    ["MQTT_PWD=a ", ".env.local:1: MQTT_PWD: ends in a space; remove it, or use double quotes"],
    ["MQTT_PWD=a", ".env.local: MQTT_PWD: requires MQTT_USER to be set"],
    ["WIFI_PWD=abcdefgh", ".env.local: WIFI_PWD: requires WIFI_SSID to be set"],
    ["WIFI_PWD=abcdefg", ".env.local:1: WIFI_PWD: expected 8 to 63 bytes, got 7"],
    ['WIFI_PWD="12345678\\u0000"', ".env.local:1: WIFI_PWD: has a control character"],
    ['MQTT_USER="a\\u0085"', ".env.local:1: MQTT_USER: has a control character"],
    [`WIFI_SSID=${"ä".repeat(17)}`, ".env.local:1: WIFI_SSID: expected at most 32 bytes, got 34"],
    [
      `MQTT_USER=${"a".repeat(201)}`,
      ".env.local:1: MQTT_USER: expected at most 200 bytes, got 201",
    ],
    [
      "BROKER=broker.example",
      '.env.local:1: BROKER: expected mqtt://, mqtts://, ws:// or wss:// and HOST[:PORT], got "broker.example"',
    ],
    ["ID=a*b*", '.env.local:1: ID: expected at most one *, got "a*b*"'],
    [
      "ID=a/b",
      '.env.local:1: ID: expected 1 to 64 characters, not . or .., no $ first, and none of + # / \\ *, control characters or lone surrogates, or * for any text in it, got "a/b"',
    ],
  ])("refuses %j", (text, message) => {
    expect(() => parseSettings(text)).toThrow(new Error(message));
  });

  it("shows no password in any message", () => {
    const lines = ["MQTT_PWD=geheim#1", "WIFI_PWD=geheim", "MQTT_PWD='geheim'"];
    for (const line of [...lines, 'MQTT_PWD=["geheim"]', "BROKER=mqtt://me:geheim@host"])
      expect(() => parseSettings(line)).toThrow(/^((?!geheim).)*$/);
  });
});

describe("settings that npm start ignores", () => {
  const used = { id: "nightlight-1", brokerUrl: "mqtt://127.0.0.1:1883" };

  it.each([
    ["ID=desk-9", "ID is for boards, npm start ignores it; use --id"],
    ["BROKER=mqtt://127.0.0.1:1", "BROKER is for boards, npm start ignores it; use --broker"],
    [
      "ID=desk-9\nBROKER=mqtt://127.0.0.1:1",
      "ID and BROKER are for boards, npm start ignores them; use --id and --broker",
    ],
  ])("are named: %j", (text, note) => {
    expect(ignoredSettings(parseSettings(text), used)).toBe(`Note: .env.local: ${note}`);
  });

  it.each([
    "",
    "MQTT_USER=me",
    "ID=nightlight-1\nBROKER=mqtt://127.0.0.1",
    // A board's file: each start would repeat the note.
    "ID=desk-9\nBROKER=mqtt://192.168.1.20\nWIFI_SSID=home",
  ])("are none in %j", (text) => {
    expect(ignoredSettings(parseSettings(text), used)).toBeUndefined();
  });
});

it(".env.defaults lists every setting, without a value", () => {
  const text = readFileSync(join(ROOT, ".env.defaults"), "utf8");
  const names = [...text.matchAll(/^(?:# )?([A-Z_]+)=$/gm)].map(([, name]) => name);
  expect(new Set(names)).toEqual(new Set([...SETTING_NAMES, "PARTS"]));
  expect(parseSettings(text)).toEqual({});
});

describe("settings of one of several devices", () => {
  let folder: string;
  beforeEach(() => {
    folder = folderForTest();
  });
  const write = (file: string, ...lines: string[]) =>
    writeFileSync(join(folder, file), lines.join("\n"));

  it("are the common ones, except for the update key", () => {
    const common = ["BROKER=mqtt://pi.local", "MQTT_USER=u", "MQTT_PWD=p"];
    write(".env.local", "ID=first", ...common, `UPDATE_KEY=${"a".repeat(64)}`);
    expect(readSettingsOf("hall", folder)).toEqual({
      BROKER: "mqtt://pi.local",
      MQTT_USER: "u",
      MQTT_PWD: "p",
    });
  });

  it("may be individual, user and password together", () => {
    write(".env.local", "BROKER=mqtt://pi.local", "MQTT_USER=u", "MQTT_PWD=p");
    write(".env.hall.local", "MQTT_USER=hall");
    expect(readSettingsOf("hall", folder)).toEqual({
      BROKER: "mqtt://pi.local",
      MQTT_USER: "hall",
    });
    write(".env.hall.local", "MQTT_PWD=x");
    expect(() => readSettingsOf("hall", folder)).toThrow(
      new Error(".env.hall.local: MQTT_PWD: requires MQTT_USER to be set"),
    );
  });

  it("are empty if there are no files", () => {
    expect(readSettingsOf("hall", folder)).toEqual({});
  });
});

describe("settings for a board", () => {
  const config = loadConfig();
  const wifi = { WIFI_SSID: "home" };
  const board = BOARDS["xiao-esp32c3"];

  it.each([
    ["mqtts://broker.example.org", 0],
    ["mqtts://192.168.1.20", 1],
    ["mqtts://raspberrypi.local:8883", 1],
    ["mqtts://broker", 1],
    ["mqtt://192.168.1.20", 0],
  ])("for %s have %d warnings", (BROKER, count) => {
    const warnings = checkForBoard(board, { ...wifi, BROKER }, config, {});
    expect(warnings).toHaveLength(count);
    for (const warning of warnings) expect(warning).toMatch(/has no certificate of a public CA/);
  });

  it("have a warning if Node was given an additional CA", () => {
    const settings = { ...wifi, BROKER: "mqtts://broker.example.org" };
    const [warning, ...rest] = checkForBoard(board, settings, config, {
      NODE_EXTRA_CA_CERTS: "ca.pem",
    });
    expect(warning).toMatch(/^NODE_EXTRA_CA_CERTS works for the server and the simulator: a board/);
    expect(rest).toEqual([]);
  });

  it.each([undefined, "mqtt://127.0.0.1", "MQTTS://LocalHost:8883", "mqtt://[::1]"])(
    "refuse the broker %s",
    (BROKER) => {
      const settings = BROKER === undefined ? wifi : { ...wifi, BROKER };
      expect(() => checkForBoard(board, settings, config)).toThrow(/a board needs an address/);
    },
  );

  it("report that IPv6 is not tried, or not available", () => {
    const settings = { ...wifi, BROKER: "mqtt://[2001:db8::1]" };
    expect(checkForBoard(board, settings, config)).toEqual([
      "BROKER: IPv6 has not been tested on a board; IPv4 has",
    ]);
    const wio = { title: "Wio Terminal", family: "samd51" };
    expect(() => checkForBoard(wio, settings, config)).toThrow(/Wio Terminal has no IPv6/);
  });

  it("use the broker of devicescript.json by default", () => {
    const withBroker = { ...config, broker: "mqtt://broker.example" };
    expect(checkForBoard(board, wifi, withBroker)).toEqual([]);
  });
});
