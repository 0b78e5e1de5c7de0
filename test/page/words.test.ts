import { describe, expect, it } from "vitest";
import {
  clockWords,
  dateWords,
  deciderWords,
  diskWords,
  lastSeenWords,
  onlineWords,
  overrideWords,
  preparingWords,
  removalWords,
  stateWords,
  titleOf,
  titlesIn,
} from "../../server/page/words";
import { loadConfig } from "../../server/setup/config";
import type { DeviceView, Unwritten } from "../../src/common/api";
import { deviceView } from "./views";

const { rule } = loadConfig();

const device = deviceView("a", { light: 400, values: { light: 400 } });

describe("data that the disk does not accept", () => {
  it.each<[Unwritten[], RegExp]>([
    [[], /^$/],
    [["broker"], /^The server can't write to its disk.*A restart now.*Decisions continue\.$/],
    [
      ["history"],
      /^The server can't write to its disk.*missing from the charts.*Decisions continue\.$/,
    ],
    [["broker", "history"], /A restart now.*missing from the charts/],
  ])("is described in words: %j", (unwritten, words) => {
    expect(diskWords(unwritten)).toMatch(words);
  });
});

describe("the page's words", () => {
  it.each<[number | null, string]>([
    [null, "not seen yet"],
    [1_000_000, "last seen just now"],
    [1_000_000 + 60_000, "last seen just now"],
    [1_000_000 - 12_400, "last seen 12 s ago"],
    [1_000_000 - 119_000, "last seen 1 min ago"],
    [1_000_000 - 7_200_000, "last seen 2 h ago"],
    [1_000_000 - 200_000_000, "last seen 2 d ago"],
  ])("show when a device was last seen at %s", (lastSeenMs, words) => {
    expect(lastSeenWords(lastSeenMs, 1_000_000)).toBe(words);
  });

  it("explain what happens to a manual command", () => {
    const none = { memberOf: [], lightOf: [] };
    expect(overrideWords(false, none)).toMatch(/^Sent once\. It holds until another/);
    expect(overrideWords(true, none)).toMatch(/The next decision, at the next reading/);
    expect(overrideWords(true, { memberOf: ["hall"], lightOf: [] })).toMatch(/for its lights only/);
    expect(overrideWords(true, { memberOf: ["hall"], lightOf: ["hall"] })).toMatch(
      /The group's next decision/,
    );
  });

  it("describe the connection, and show times by the reader's clock", () => {
    expect([true, false].map((online) => onlineWords({ ...device, online }))).toEqual([
      "online",
      "offline",
    ]);
    const noon = new Date(2026, 10, 22, 12, 3, 20).getTime();
    expect(clockWords(noon)).toBe("12:03:20");
    expect(dateWords(noon)).toMatch(/Sun/);
    expect(dateWords(noon)).toMatch(/22/);
  });

  it("describe a device by its last report", () => {
    expect(stateWords(device, 0, "0.1.0")).toBe("");
    const state = { fw: "0.1.0", uptime_s: 190, reconnects: 1, outbox: 0 };
    const heard = { ...device, state, stateHeardMs: 50_000 };
    const usual = "firmware 0.1.0 · up 3 min · 1 reconnect";
    expect(stateWords(heard, 50_000, "0.1.0")).toBe(usual);
    const sending = { ...heard, state: { ...state, outbox: 1 } };
    expect(stateWords(sending, 50_000, "0.1.0")).toBe(usual);
    const behind = { ...heard, state: { ...state, outbox: 12 } };
    expect(stateWords(behind, 50_000, "0.1.0")).toBe(`${usual} · 12 readings waiting`);
    expect(stateWords({ ...device, state: { led_on: true } }, 0, "0.1.0")).toBe("");
    const counting = { ...heard, state: { uptime_s: 9 } };
    expect(stateWords(counting, 84_000, "0.1.0")).toBe("up 43 s");
    // The clock was set back, so the time since the report is negative and not added.
    expect(stateWords(counting, 10_000, "0.1.0")).toBe("up 9 s");
    expect(stateWords({ ...counting, online: false }, 84_000, "0.1.0")).toBe("");
    expect(stateWords({ ...device, state: { uptime_s: 9 } }, 84_000, "0.1.0")).toBe("");
    const updatable = { fw: "0.1.0", program: "427b134a" };
    expect(stateWords({ ...device, state: updatable }, 0, "0.2.0")).toBe(
      "firmware 0.1.0, older than the server · program 427b134a",
    );
    expect(stateWords({ ...device, state: { ...updatable, board: "pico-w" } }, 0, "0.1.0")).toBe(
      "firmware 0.1.0 · program 427b134a for pico-w",
    );
    const view = { ...device, state: updatable };
    expect(stateWords(view, 0, "0.1.0", "427b134a")).toBe("firmware 0.1.0 · program 427b134a");
    expect(stateWords(view, 0, "0.1.0", "11d11d11")).toBe(
      "firmware 0.1.0 · program 427b134a, outdated: the server has 11d11d11",
    );
  });

  it("name who decides", () => {
    const server = {
      version: "1",
      broker: "",
      brokerConnected: true,
      unwritten: [],
      decides: true,
      rule,
      topicPrefix: "",
      preparing: null,
      class: null,
    };
    const alone = { memberOf: [], lightOf: [] };
    expect(deciderWords(device, server, alone)).toBe(
      "This server decides: LED on when light is below 300.",
    );
    expect(deciderWords(device, server, { memberOf: ["stadium"], lightOf: [] })).toBe(
      "It votes in the group stadium, not for itself.",
    );
    expect(deciderWords(device, server, { memberOf: [], lightOf: ["east", "west"] })).toBe(
      "The groups east and west decide for it.",
    );
    expect(deciderWords(device, { ...server, decides: false }, alone)).toBe(
      "This server does not decide.",
    );
    const state = { decided_by: "device" as const };
    expect(deciderWords({ ...device, state }, server, alone)).toMatch(/^The device decides/);
  });
});

describe("a device's title", () => {
  it("is the name that a person gave it, otherwise its id", () => {
    expect(titleOf({ id: "a", name: "Hall" })).toBe("Hall");
    expect(titleOf({ id: "a" })).toBe("a");
    const titles = titlesIn(new Map([["a", { view: { id: "a", name: "Hall" } as DeviceView }]]));
    expect(["a", "b"].map(titles)).toEqual(["Hall", "b"]);
  });
});

it("the steps of a preparation are described", () => {
  expect(preparingWords({ id: "lamp", step: "compiling" })).toEqual({
    title: "Preparing lamp",
    text: "Compiling the firmware of the simulated device. This takes a few seconds, the first time and after a change.",
  });
  expect(preparingWords({ id: "lamp", step: "starting" }).text).toBe(
    "Starting the simulated device.",
  );
});

it("the consequences of a removal are described", () => {
  expect(removalWords({ online: true } as DeviceView)).toBe(
    "The broker and Home Assistant forget the device. It comes back if it sends again, and it is online now.",
  );
  expect(removalWords({ online: false } as DeviceView)).toBe(
    "The broker and Home Assistant forget the device. It comes back if it sends again.",
  );
});
