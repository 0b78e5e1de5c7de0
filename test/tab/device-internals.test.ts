import { generate, type Packet } from "mqtt-packet";
import { beforeEach, describe, expect, it } from "vitest";
import { DeviceInternals } from "../../server/tab/device-internals";
import { MqttReader, packetWords } from "../../server/tab/mqtt-reader";
import { ReceiveWindow } from "../../server/tab/receive-window";
import { lightOf, type Scene } from "../../server/tab/scenes";
import {
  classWords,
  connectionWords,
  deciderWords,
  outboxWords,
  statusWords,
} from "../../server/tab/status-words";

const PACKETS: [string, Packet][] = [
  ["CONNECT tab-1nightlight_client", { cmd: "connect", clientId: "tab-1nightlight_client" }],
  ["CONNACK accepted", { cmd: "connack", returnCode: 0, sessionPresent: false }],
  ["CONNACK refused 5", { cmd: "connack", returnCode: 5, sessionPresent: false }],
  [
    "SUBSCRIBE a/commands #7",
    { cmd: "subscribe", messageId: 7, subscriptions: [{ topic: "a/commands", qos: 1 }] },
  ],
  ["SUBACK #7", { cmd: "suback", messageId: 7, granted: [1] }],
  [
    'PUBLISH a/telemetry {"light":1} #9',
    publish("a/telemetry", '{"light":1}', { qos: 1, messageId: 9 }),
  ],
  ["PUBLISH a/status online retained", publish("a/status", "online", { retain: true })],
  ["PUBACK #9", { cmd: "puback", messageId: 9 }],
  ["PINGREQ", { cmd: "pingreq" }],
];

function publish(topic: string, payload: string, more: object): Packet {
  return { cmd: "publish", topic, payload, qos: 0, dup: false, retain: false, ...more };
}

describe("MQTT traffic in words", () => {
  it.each(PACKETS)("describes %s", (words, packet) => {
    expect(new MqttReader().push(generate(packet)).map(packetWords)).toEqual([words]);
  });

  it("is the same however the stream is split", () => {
    const big = publish("a/telemetry", "x".repeat(2_000), {});
    const stream = Buffer.concat(
      [...PACKETS.map(([, packet]) => packet), big].map((packet) => generate(packet)),
    );
    const whole = new MqttReader().push(stream);
    for (const size of [1, 2, 3, 7, 1460]) {
      const reader = new MqttReader();
      const cut = [];
      for (let at = 0; at < stream.length; at += size)
        cut.push(...reader.push(stream.subarray(at, at + size)));
      expect(cut).toEqual(whole);
    }
    expect(whole.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(stream.length);
  });
});

describe("the view inside a device", () => {
  let internals: DeviceInternals;
  const device = () => ({ isPowered: true, isPlugged: true, failure: "", internals });
  const receive = (packet: Packet) => internals.onTraffic("received", generate(packet), 0);
  const send = (packet: Packet) => internals.onTraffic("sent", generate(packet), 0);

  beforeEach(() => {
    internals = new DeviceInternals();
  });

  it("keeps the program's output, but not the runtime's", () => {
    internals.onLogLine("DevS-SHA256: " + "ab".repeat(32), 1);
    internals.onLogLine("> Connected", 2);
    internals.onPanic(60005, 3);
    expect(internals.programHash).toBe("ab".repeat(32));
    expect(internals.log).toEqual([
      { atMs: 2, text: "Connected" },
      { atMs: 3, text: "Panic 60005: the program restarts" },
    ]);
    for (let i = 0; i < 400; i++) internals.onLogLine(`> ${i}`, i);
    expect(internals.log).toHaveLength(300);
    expect(internals.log.at(-1)?.text).toBe("399");
  });

  it("shows in which line a changed program panics, and why", () => {
    const code = [0, 0, 4, 20, 1, 7];
    internals = new DeviceInternals({
      functions: [["main", 0]],
      sources: ["src/main.ts", "src/nightlight.ts"],
      code,
    });
    for (const line of [
      "! Unhandled exception",
      "* Exception: RangeError",
      "*  message: too dark",
      "*  at main_F0 (pc:21)",
      "*  at main_F0 (pc:1)",
    ])
      internals.onLogLine(line, 0);
    internals.onPanic(60005, 0);
    expect(internals.panic).toBe(
      'Panic 60005 at src/nightlight.ts:7, Exception: RangeError "too dark"',
    );
    // The message contains nothing of the previous panic.
    internals.onLogLine("* Exception: Error", 0);
    internals.onPanic(60004, 0);
    expect(internals.panic).toBe("Panic 60004, Exception: Error");
  });

  it("shows online from CONNACK until the connection is gone", () => {
    expect(connectionWords(device())).toBe("starting");
    internals.onLogLine("> Connecting", 0);
    expect(connectionWords(device())).toBe("connecting");
    receive({ cmd: "connack", returnCode: 5, sessionPresent: false });
    expect(connectionWords(device())).toBe("refused by the broker (5)");
    receive({ cmd: "connack", returnCode: 0, sessionPresent: false });
    expect(statusWords(device())).toBe("online");
    internals.onLink(false, 5);
    expect(internals.isOnline).toBe(false);
    expect(internals.wire.at(-1)).toEqual({ atMs: 5, text: "Connection lost" });
    expect(connectionWords({ ...device(), isPlugged: false })).toBe("network unplugged");
    expect(connectionWords({ ...device(), isPowered: false })).toBe("no power");
    expect(connectionWords({ ...device(), failure: "x" })).toBe("not running");
  });

  it("counts the outbox down as readings are acknowledged, and corrects it by the state", () => {
    internals.onLogLine("> Outbox: 2", 0);
    expect(statusWords(device())).toBe("connecting");
    expect(outboxWords(device())).toBe("2 readings waiting");
    for (const messageId of [1, 2]) {
      send(publish("a/telemetry", "{}", { qos: 1, messageId }));
      receive({ cmd: "puback", messageId });
      // A second acknowledgement of the same message does not count.
      receive({ cmd: "puback", messageId });
    }
    expect([internals.outbox, internals.acknowledged]).toEqual([0, 2]);
    send(publish("a/state", '{"decided_by":"server","outbox":1}', { qos: 1, messageId: 3 }));
    receive({ cmd: "puback", messageId: 3 });
    expect([outboxWords(device()), internals.acknowledged]).toEqual(["1 reading waiting", 2]);
    send(publish("a/state", "{", { qos: 1, messageId: 4 }));
    expect(internals.outbox).toBe(1);
  });

  it("shows who decides", () => {
    expect(deciderWords(device())).toBe("nobody yet");
    internals.onLogLine("> No server: deciding for myself", 0);
    expect(deciderWords(device())).toBe("the device itself");
    expect(statusWords(device())).toBe("connecting · decides by itself");
    internals.onLogLine("> The server decides again", 0);
    expect(deciderWords(device())).toBe("the server");
    expect(deciderWords({ ...device(), isPowered: false })).toBe("nobody");
  });
});

it.each([
  [null, false, ""],
  [20, false, "Set on the server's page: the light is 20 for all."],
  [null, true, "Set on the server's page: the network is cut for all."],
  [0, true, "Set on the server's page: the light is 0 for all, and the network is cut for all."],
])("the teacher's control is described: light %s, network cut %s", (light, networkCut, words) => {
  expect(classWords({ light, networkCut })).toBe(words);
});

it("a burst is passed on at 100 KB/s at most, beyond the first 4,096 bytes", () => {
  const window = new ReceiveWindow();
  const burst = Uint8Array.from({ length: 30_000 }, (_, i) => i % 251);
  window.push(burst);
  const taken: number[] = [];
  let nowMs = 0;
  for (;;) {
    const next = window.take(nowMs);
    if (next === undefined) break;
    if (typeof next === "number") nowMs += next;
    else {
      taken.push(...next);
      expect(taken.length).toBeLessThanOrEqual(4096 + nowMs * 100);
    }
  }
  expect(taken).toEqual([...burst]);
  expect(nowMs).toBeLessThan(300);
});

describe.each<[Scene, number]>([
  ["day", 60],
  ["clouds", 60],
  ["bird", 12],
  ["random", 60],
])("the scene %s", (scene, seconds) => {
  const lights = Array.from({ length: seconds * 10 }, (_, i) => lightOf(scene, i / 10));

  it("is dark enough to turn the lamp on, and bright enough to turn it off", () => {
    expect(Math.min(...lights)).toBeLessThan(250);
    expect(Math.max(...lights)).toBeGreaterThan(350);
  });

  it("stays within the sensor's range", () => {
    expect(lights.every((light) => Number.isInteger(light) && light >= 0 && light <= 1023)).toBe(
      true,
    );
  });

  it("is the same each time", () => {
    expect(lights).toEqual(lights.map((_, i) => lightOf(scene, i / 10)));
  });
});
