import { type AddressInfo, createServer } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EmbeddedBroker } from "../support/embedded-broker";
import { Fleet, FleetDevice } from "../support/fleet";
import { Mosquitto } from "../support/mosquitto";
import { NightlightProcess } from "../support/process";
import { Random } from "../support/random";
import { commandsOf } from "../support/server-facts";
import { until } from "../support/until";

const SERVERS = 3;
const SEED = 20261124;

let mosquitto: Mosquitto;
let fleet: Fleet;
let barrier: FleetDevice;
const servers: NightlightProcess[] = [];
/** How to end what was started. */
const ends: (() => Promise<void>)[] = [];

async function start(url = mosquitto.url): Promise<NightlightProcess> {
  const flags = ["--broker", url, "--no-device", "--share", "home"];
  const server = await NightlightProcess.start(flags);
  ends.push(() => server.kill());
  return server;
}

/** Each server answers in turn, so once these are answered all that came before is, too. */
async function caughtUp(): Promise<void> {
  for (let time = 0; time < 2 * servers.length; time++) await barrier.report(100);
  await until("the servers have caught up", () => barrier.commands.length >= barrier.readings);
}

beforeAll(async () => {
  mosquitto = await Mosquitto.start();
  ends.push(() => mosquitto.stop());
  for (let count = 0; count < SERVERS; count++) servers.push(await start());
  const ids = (kind: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${kind}-${i + 1}`);
  barrier = await FleetDevice.connect(mosquitto.url, "barrier", "lesson", new Random(SEED));
  ends.push(() => barrier.client.endAsync(true));
  // No multiple of three: taking turns, the servers would get the same devices each time.
  fleet = await Fleet.connect(
    mosquitto.url,
    { counting: ids("device", 22), lesson: ids("lesson", 9) },
    new Random(SEED),
  );
  ends.push(() => fleet.stop());
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

it("each decides its share of the readings", async () => {
  await fleet.report(20);
  await fleet.isRight("counting");
  for (const server of servers) expect(await commandsOf(server)).toBeGreaterThan(20);
  // The lesson's devices get an answer to each reading, in whatever order.
  await until("all are answered", () =>
    fleet.devices.every((d) => d.kind !== "lesson" || d.commands.length >= d.readings),
  );
  expect(fleet.count("lesson", (device) => device.commands.length)).toBe(9 * 20);
});

it("one that answers late does no harm to a device that counts its readings", async () => {
  const [slow] = servers;
  if (!slow) throw new Error("no server");
  const before = fleet.count("counting", (device) => device.ignored);
  process.kill(slow.pid, "SIGSTOP");
  try {
    await fleet.report(6);
  } finally {
    process.kill(slow.pid, "SIGCONT");
  }
  // The lesson's devices have one answer for each reading when the last late one is there.
  await until("all are answered", () =>
    fleet.devices.every((d) => d.kind !== "lesson" || d.commands.length >= d.readings),
  );
  await fleet.isRight("counting");
  const ignored = fleet.count("counting", (device) => device.ignored) - before;
  expect(ignored).toBeGreaterThan(0);
});

it("when one is killed under load, the others go on with what comes then", async () => {
  const [first, second, third] = servers;
  if (!first || !second || !third) throw new Error("no servers");
  let loaded = false;
  const load = fleet.report(100).then(() => (loaded = true));
  const from = await commandsOf(first);
  await until("the load is on", async () => (await commandsOf(first)) > from + 50);
  await first.kill("SIGKILL");
  expect(loaded).toBe(false);
  await load;
  await caughtUp();
  await fleet.change();
  await fleet.isRight();
});

it("refuses a broker of MQTT 3.1.1", async () => {
  const embedded = await EmbeddedBroker.start();
  await expect(start(embedded.url)).rejects.toThrow(
    `nightlight: --share: the broker ${embedded.url} does not speak MQTT 5; use --shard instead\n`,
  );
  await embedded.stop();
});

it("refuses a broker that grants a shared subscription and delivers nothing", async () => {
  const mute = createServer((socket) => {
    const packets = parser();
    const answer = (packet: Packet) => socket.write(generate(packet, { protocolVersion: 5 }));
    packets.on("packet", (packet: Packet) => {
      const { messageId } = packet;
      if (packet.cmd === "connect")
        answer({ cmd: "connack", reasonCode: 0, sessionPresent: false });
      if (packet.cmd === "subscribe") answer({ cmd: "suback", messageId, granted: [1] });
      if (packet.cmd === "publish") answer({ cmd: "puback", messageId, reasonCode: 0 });
    });
    socket.on("data", (chunk) => packets.parse(chunk));
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
  const url = `mqtt://127.0.0.1:${(mute.address() as AddressInfo).port}`;
  await expect(start(url)).rejects.toThrow(
    `nightlight: --share: the broker ${url} has no shared subscriptions (no message came through within 3000 ms); use --shard instead\n`,
  );
  await new Promise((resolve) => mute.close(resolve));
});
