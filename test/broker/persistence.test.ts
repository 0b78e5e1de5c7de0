import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderForTest } from "../support/folder";
import { NightlightProcess } from "../support/process";
import { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";

describe("the embedded broker's data with --data", () => {
  let dir: string;
  let nightlight: NightlightProcess;
  const clients: RawMqtt[] = [];

  beforeEach(async () => {
    dir = folderForTest();
    nightlight = await NightlightProcess.start(["--no-device", "--data", dir]);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.stop();
    await nightlight.kill();
  });

  async function connect(clientId = "", clean = true): Promise<RawMqtt> {
    const client = RawMqtt.open(nightlight.mqttPort);
    clients.push(client);
    expect(await client.connect({ clientId, clean })).toBe(0);
    return client;
  }

  const payloads = (client: RawMqtt) =>
    client.received.flatMap((packet) =>
      packet.cmd === "publish" ? [packet.payload.toString()] : [],
    );

  it("survives kill -9: retained messages, sessions, and their queues in order", async () => {
    const device = await connect("lamp", false);
    await device.subscribe("lamp/commands");
    await device.stop();
    const sent: string[] = [];
    // Each start gets twelve messages, because their numbers sort differently as text: 10 before 9.
    for (let start = 1; start <= 3; start++) {
      const server = await connect();
      expect(await server.publish("lamp/desired", `desired ${start}`, true)).toBe(true);
      expect(await server.publish(`kept/${start}`, "x", true)).toBe(true);
      for (let i = 1; i <= 12; i++) {
        sent.push(`command ${start}.${i}`);
        expect(await server.publish("lamp/commands", `command ${start}.${i}`)).toBe(true);
      }
      // The server is killed right after the last acknowledgement, so all acknowledged messages
      // must be kept.
      await nightlight.kill();
      await nightlight.restart();
    }
    const back = await connect("lamp", false);
    const [connack] = back.received;
    expect(connack).toMatchObject({ cmd: "connack", sessionPresent: true });
    await until("what waited", () => payloads(back).length >= sent.length);
    expect(payloads(back)).toEqual(sent);

    const reader = await connect();
    await reader.subscribe("lamp/desired", "kept/#");
    await until("what was retained", () => payloads(reader).length >= 4);
    expect(payloads(reader).sort()).toEqual(["desired 3", "x", "x", "x"]);
  });

  it("contains no acknowledged messages, and no cleared retained messages", async () => {
    const device = await connect("lamp", false);
    await device.subscribe("lamp/commands");
    const server = await connect();
    await server.publish("lamp/desired", "x", true);
    await server.publish("lamp/commands", "done");
    await until("delivered", () => payloads(device).length === 1);
    const [delivered] = device.received.filter(({ cmd }) => cmd === "publish");
    device.send({ cmd: "puback", messageId: delivered?.messageId });
    expect(await device.publish("lamp/state")).toBe(true);
    await server.publish("lamp/desired", "", true);
    await nightlight.kill();
    await nightlight.restart();

    const back = await connect("lamp", false);
    await back.subscribe("lamp/desired");
    const again = await connect();
    await again.publish("lamp/commands", "next");
    await until("the next command", () => payloads(back).length > 0);
    expect(payloads(back)).toEqual(["next"]);
  });

  it("contains every acknowledged message after a kill in the middle of a stream", async () => {
    const device = await connect("lamp", false);
    await device.subscribe("lamp/commands");
    await device.stop();
    const server = await connect();
    const acknowledged = () => server.received.filter(({ cmd }) => cmd === "puback").length;
    for (let i = 1; i <= 600; i++)
      server.send({
        cmd: "publish",
        topic: "lamp/commands",
        payload: String(i),
        qos: 1,
        dup: false,
        retain: false,
        messageId: i,
      });
    await until("some are acknowledged", () => acknowledged() > 50);
    await nightlight.kill();
    await server.untilClosed();
    await nightlight.restart();
    const back = await connect("lamp", false);
    const answered = new Set<unknown>();
    await until("as many", () => {
      // Acknowledges the messages, because the broker stops sending at its limit of messages in
      // flight.
      for (const packet of back.received)
        if (packet.cmd === "publish" && !answered.has(packet)) {
          answered.add(packet);
          back.send({ cmd: "puback", messageId: packet.messageId });
        }
      return payloads(back).length >= acknowledged();
    });
    const numbers = payloads(back).map(Number);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  it("is refused with a message if the folder is in use", async () => {
    const second = NightlightProcess.start(["--no-device", "--data", dir]);
    await expect(second).rejects.toThrow(
      `nightlight: --data ${dir}: in use by another nightlight, choose another folder\n`,
    );
  });
});
