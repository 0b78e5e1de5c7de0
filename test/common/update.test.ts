import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { gatewayKey, sealOrder } from "../../server/updates/seal";
import {
  connectionString,
  expandHost,
  isOlder,
  macText,
  mismatch,
  type Order,
  programName,
} from "../../src/common/update";

const KEY = "0123456789abcdef".repeat(4);
const ORDER: Omit<Order, "mac"> = {
  n: 7,
  do: "update",
  at: "ws://*:8080/wssk/desk-1",
  hash: "ab".repeat(32),
  board: "pico-w",
  fw: "0.2.0",
  downgrade: true,
  confirm_s: 120,
};

describe("an order", () => {
  it("is sealed over each of its fields and the device's id", () => {
    const text = `nightlight order\ndesk-1\n7\nupdate\n${ORDER.at ?? ""}\n${ORDER.hash ?? ""}\npico-w\n0.2.0\ntrue\n120\n`;
    expect(macText("desk-1", ORDER)).toBe(text);
    const { mac } = sealOrder(KEY, "desk-1", ORDER);
    expect(mac).toBe(createHmac("sha256", KEY).update(text).digest("hex"));
    const others: Partial<Order>[] = [
      ...[{ n: 8 }, { do: "report" as const }, { at: "ws://*:8081/wssk/desk-1" }, { hash: "cd" }],
      ...[{ board: "" }, { fw: "0.1.0" }, { downgrade: false }, { confirm_s: 1 }, { set: "00" }],
    ];
    const macs = [
      mac,
      ...others.map((other) => sealOrder(KEY, "desk-1", { ...ORDER, ...other }).mac),
      sealOrder(KEY, "desk-2", ORDER).mac,
      sealOrder(KEY.replace("0", "1"), "desk-1", ORDER).mac,
    ];
    expect(new Set(macs).size).toBe(macs.length);
  });

  it("is sealed without the fields that it lacks", () => {
    expect(macText("a", { n: 1, do: "report" })).toBe(
      "nightlight order\na\n1\nreport\n\n\n\n\n\n\n",
    );
  });

  it("has a key for the device's connections", () => {
    const key = gatewayKey(KEY, "desk-1");
    expect(key).toHaveLength(32);
    expect(gatewayKey(KEY, "desk-2")).not.toEqual(key);
  });
});

describe("a program", () => {
  it("must be compiled for its board, and be no older than the running one", () => {
    const running = { board: "pico-w", fw: "0.2.0" };
    const order = { ...ORDER, downgrade: false };
    expect(mismatch(order, running)).toBeUndefined();
    expect(mismatch({ ...order, fw: "0.10.0" }, running)).toBeUndefined();
    expect(mismatch({ ...order, fw: "0.1.9" }, running)).toBe(
      "expected version 0.2.0 or newer, got 0.1.9",
    );
    expect(mismatch({ ...order, fw: "0.1.9", downgrade: true }, running)).toBeUndefined();
    expect(mismatch(order, { ...running, board: "" })).toBe(
      "expected a program for any board with its own sensor and LED, got one for pico-w",
    );
  });

  it.each([
    ["0.2.0", "0.2.0", false],
    ["0.1.9", "0.2.0", true],
    ["0.9.0", "0.10.0", true],
    ["1.0.0", "0.10.0", false],
    ["0.2", "0.2.1", true],
    ["0.2.1", "0.2", false],
  ])("of version %s is older than %s: %s", (a, b, expected) => {
    expect(isOlder(a, b)).toBe(expected);
  });

  it("is named by the first digits of its hash", () => {
    expect(programName("0123456789abcdef")).toBe("01234567");
  });
});

it.each([
  ["ws://*:8080/wssk/a", `ws://wssk:${KEY}@broker.lan:8080/wssk/a`],
  ["wss://lamp.example:443/wssk/a", `wss://wssk:${KEY}@lamp.example:443/wssk/a`],
])("the gateway at %s is reached by %s", (at, expected) => {
  expect(connectionString(expandHost(at, "broker.lan"), KEY)).toBe(expected);
});
