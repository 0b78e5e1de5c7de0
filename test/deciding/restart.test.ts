import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { type IConnectPacket, parser } from "mqtt-packet";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";
import { loadConfig } from "../../server/setup/config";
import { folderForTest } from "../support/folder";
import { Mosquitto } from "../support/mosquitto";
import { Program } from "../support/program";
import { until } from "../support/until";
import { Witness } from "../support/witness";

let server: Program;

function start(brokerUrl: string, ...flags: string[]): Program {
  const common = ["--broker", brokerUrl, "--no-device", "--http-port", "0"];
  const args = ["server/start.js", ...common, ...flags];
  server = new Program(process.execPath, args, { cwd: ROOT });
  return server;
}

async function startReady(brokerUrl: string, ...flags: string[]): Promise<void> {
  await start(brokerUrl, ...flags).untilPrinted("Nightlight is ready");
}

describe("a restarted server", () => {
  let mosquitto: Mosquitto;
  let lamp: Witness;
  let dir: string;

  beforeEach(async () => {
    dir = folderForTest();
    mosquitto = await Mosquitto.start();
    lamp = await Witness.connect(mosquitto.url, "+/commands");
    await startReady(mosquitto.url);
  });

  afterEach(async () => {
    await server.stop();
    await lamp.stop();
    await mosquitto.stop();
  });

  const publish = (topic: string, seq: number) =>
    lamp.client.publishAsync(topic, JSON.stringify({ light: 5, seq }), { qos: 1 });

  /** Returns the numbers of the answered readings, without duplicates. */
  const answered = () =>
    new Set(
      lamp.payloads("lamp/commands").map((text) => (JSON.parse(text) as { seq: number }).seq),
    );

  it.each(["SIGTERM", "SIGKILL"] as const)(
    "decides readings acknowledged by the broker in between, after %s in the middle of a stream",
    async (signal) => {
      let seq = 0;
      const send = (count: number) =>
        Promise.all(Array.from({ length: count }, () => publish("lamp/telemetry", ++seq)));
      const stream = send(500);
      await until("it decides", () => answered().size > 50);
      await server.stop(signal);
      await stream;
      await send(100);
      await startReady(mosquitto.url);
      await send(100);
      await until("an answer to every reading", () => answered().size === seq);
    },
  );

  it("ignores devices that it no longer serves, and answers no reading twice", async () => {
    const own = join(dir, "own.json");
    writeFileSync(own, JSON.stringify({ ...loadConfig(), id: "lamp", devices: "own" }));
    // The broker's session belongs to the server's id, so both configurations use the same id.
    const all = ["--id", "lamp"];
    await server.stop("SIGTERM");
    await startReady(mosquitto.url, ...all);
    await server.stop("SIGTERM");
    await publish("stranger/telemetry", 1);
    await publish("lamp/telemetry", 1);

    await startReady(mosquitto.url, "--config", own);
    await lamp.untilSeen("lamp/commands", /"seq":1\b/);
    await publish("stranger/telemetry", 2);
    await publish("lamp/telemetry", 2);
    await lamp.untilSeen("lamp/commands", /"seq":2\b/);
    expect(lamp.payloads("stranger/commands")).toEqual([]);
    await server.stop("SIGTERM");

    await startReady(mosquitto.url, ...all);
    // This reading has no number, so the server could not recognise a repetition, and would answer
    // twice.
    await lamp.client.publishAsync("lamp/telemetry", '{"light":5}', { qos: 1 });
    await publish("lamp/telemetry", 3);
    await lamp.untilSeen("lamp/commands", /"seq":3\b/);
    expect(lamp.payloads("lamp/commands")).toHaveLength(4);
  });
});

describe("a server's session", () => {
  /** Starts a server with these flags, and returns its first CONNECT. */
  async function connectOf(...flags: string[]): Promise<IConnectPacket> {
    let connect: IConnectPacket | undefined;
    const listener = createServer((socket) => {
      const packets = parser();
      packets.on("packet", (packet) => {
        if (packet.cmd === "connect") connect ??= packet;
        socket.destroy();
      });
      socket.on("data", (chunk: Buffer) => packets.parse(chunk));
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as AddressInfo;
    await start(`mqtt://127.0.0.1:${port}`, ...flags).end;
    await new Promise((resolve) => listener.close(resolve));
    if (!connect) throw new Error("no CONNECT came");
    return connect;
  }

  it("is kept by the broker for an hour", async () => {
    expect(await connectOf()).toMatchObject({
      protocolVersion: 5,
      clean: false,
      clientId: "nightlight-1nightlight_server",
      properties: { sessionExpiryInterval: 3600 },
    });
  });

  it.each([["--no-decide"], ["--shard", "1/2"]])("is not kept with %s", async (...flags) => {
    const connect = await connectOf(...flags);
    expect(connect.clean).toBe(true);
    expect(connect.properties?.sessionExpiryInterval).toBeUndefined();
  });
});
