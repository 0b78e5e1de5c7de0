/** Tests of section 3.1: CONNECT. */
import { connack, connect, hex, packet, publish, text, u16 } from "../../support/mqtt-bytes";
import { described, Unexpected } from "../../support/wire";
import { type Case, type Scene, when } from "../scene";

/** Builds a CONNECT with possibly invalid flags and an arbitrary payload. */
function connectWith(flags: number, ...payload: (Uint8Array | number[])[]): Buffer {
  return packet(0x10, text("MQTT"), 4, flags, u16(0), ...payload);
}

/** Checks that an invalid CONNECT ends the connection without a CONNACK [MQTT-3.1.4-1]. */
function malformed(statement: string, what: string, bytes: Buffer): Case {
  return when(statement, `${what} ends the connection without a CONNACK`, async (scene) => {
    const client = scene.open();
    client.send(bytes);
    await client.expectEnd();
  });
}

/**
 * Checks that a client stays connected for twice its keep-alive if it sends a ping each quarter of
 * the keep-alive.
 * @returns false if the machine was too slow for a verdict
 */
async function staysBy(s: Scene, keepAliveS: number): Promise<boolean> {
  let saidMs = performance.now();
  const isLate = (times: number) => performance.now() - saidMs > times * keepAliveS * 1_000;
  const client = await s.client({ keepAlive: keepAliveS });
  for (let quarter = 0; quarter < 8; quarter++) {
    await new Promise((resolve) => setTimeout(resolve, keepAliveS * 250));
    if (isLate(1)) return false;
    saidMs = performance.now();
    try {
      await client.ping();
    } catch (error) {
      // If the machine was delayed this long, the broker may not have read the ping in time.
      if (isLate(1.5)) return false;
      throw error;
    }
  }
  return true;
}

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

export const CONNECT: Case[] = [
  when("3.1.0-2", "a second CONNECT ends the connection", async (s) => {
    const client = await s.client();
    client.send(connect({ id: s.clientId("x0") }));
    await client.expectCutOff();
  }),

  ...["MQTX", "mqtt", "", "MQTTT"].map((name) =>
    when("3.1.2-1", `the protocol name "${name}" is not accepted as MQTT 3.1.1`, async (s) => {
      const client = s.open();
      client.send(connect({ id: s.clientId("a"), name }));
      await client.expectRefusal();
    }),
  ),

  ...[0, 1, 2, 6, 127, 255].map((level) =>
    when("3.1.2-2", `level ${level} is refused with return code 1`, async (s) => {
      const client = s.open();
      client.send(connect({ id: s.clientId("a"), level }));
      await client.expectPackets(connack(1));
      await client.expectEnd();
    }),
  ),
  when("3.1.2-2", "level 5 is served as MQTT 5, or refused with return code 1", async (s) => {
    const client = s.open();
    // A CONNECT of MQTT 5 has properties (here none) before the client id.
    client.send(packet(0x10, text("MQTT"), 5, 0x02, u16(0), 0, text(s.clientId("a"))));
    const found = await client.next();
    const served = found?.[0] === 0x20 && found.length > 4 && found[3] === 0;
    if (served) return;
    if (!found?.equals(connack(1)))
      throw new Unexpected(`expected ${hex(connack(1))}, got ${described(found)}`);
    await client.expectEnd();
  }),

  malformed("3.1.2-3", "the reserved flag", connectWith(0x03, text("reserved"))),

  malformed("3.1.2-11", "a will QoS without a will", connectWith(0x0a, text("no-will"))),
  malformed(
    "3.1.2-11",
    "a will topic and message without the will flag",
    connectWith(0x02, text("no-will"), text("topic"), text("message")),
  ),
  malformed("3.1.2-13", "will QoS 1 without a will", connectWith(0x0a, text("no-will"))),
  malformed("3.1.2-13", "will QoS 2 without a will", connectWith(0x12, text("no-will"))),
  malformed("3.1.2-15", "will retain without a will", connectWith(0x22, text("no-will"))),
  malformed(
    "3.1.2-14",
    "will QoS 3",
    connectWith(0x1e, text("qos3"), text("topic"), text("message")),
  ),
  malformed("3.1.2-9", "a will flag without a will", connectWith(0x06, text("no-will"))),
  malformed(
    "3.1.2-9",
    "a will topic without its message",
    connectWith(0x06, text("no-message"), text("topic")),
  ),

  malformed("3.1.2-18", "a user name without its flag", connectWith(0x02, text("a"), text("user"))),
  malformed("3.1.2-19", "the user name's flag without one", connectWith(0x82, text("a"))),
  malformed(
    "3.1.2-20",
    "a password without its flag",
    connectWith(0x82, text("a"), text("user"), text("password")),
  ),
  malformed(
    "3.1.2-21",
    "the password's flag without one",
    connectWith(0xc2, text("a"), text("user")),
  ),
  malformed(
    "3.1.2-22",
    "a password without a user name",
    connectWith(0x42, text("a"), text("password")),
  ),

  when("3.1.2-24", "a silent client is disconnected after its keep-alive", async (s) => {
    const silent = await s.client({ keepAlive: 1 });
    await silent.expectEnd();
  }),
  when(
    "3.1.2-24",
    "a client that pings stays connected, past one and a half times its keep-alive",
    async (s) => {
      // A slow machine may miss the time for a ping, so the keep-alive is doubled until the machine
      // can keep up.
      for (let keepAliveS = 2; !(await staysBy(s, keepAliveS)); keepAliveS *= 2)
        if (keepAliveS >= 32) throw new Unexpected("this machine is too slow to tell");
    },
  ),

  when("3.1.3-1", "all five fields are read in order", async (s) => {
    const watcher = await s.client();
    await watcher.subscribe(s.topic("+"), 0);
    const client = await s.client({
      will: { topic: s.topic("will"), payload: "message" },
      user: s.topic("user"),
      password: "password",
    });
    await client.stop();
    await watcher.receive(s.topic("will"), "message");
  }),

  when("3.1.3-2", "the state of a session belongs to the client id, and to no other", async (s) => {
    const [a, b] = [s.clientId("a"), s.clientId("b")];
    const first = await s.client({ id: a, clean: false });
    await first.subscribe(s.topic("a"), 1);
    await first.disconnect();
    await s.client({ id: b, clean: false }, false);
    const again = await s.client({ id: a, clean: false }, true);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 1 });
    await again.receive(s.topic("a"), "x", { qos: 1 });
  }),

  malformed("3.1.3-3", "a CONNECT without a client id", connectWith(0x02)),
  malformed("3.1.3-4", "a client id that is no UTF-8", connect({ id: Uint8Array.of(0xc3, 0x28) })),

  when("3.1.3-5", "every id of 1 to 23 letters and digits is accepted", async (s) => {
    for (let at = 0; at < ALPHABET.length; at += 23) {
      const id = ALPHABET.slice(at, at + 23);
      for (const part of [id, id.slice(0, 1), id.slice(-2)]) await s.client({ id: part });
    }
  }),

  when("3.1.3-6", "clients without an id are distinguished", async (s) => {
    const clients = [];
    for (let i = 0; i < 3; i++) clients.push(await s.client({ id: "" }));
    for (const client of clients) {
      await client.ping(); // the connection was not taken over
      await client.subscribe(s.topic("a"), 0);
    }
    await (await s.client()).publish(s.topic("a"), "all");
    for (const client of clients) await client.receive(s.topic("a"), "all");
  }),

  ...["3.1.3-7", "3.1.3-8", "3.1.3-9"].map((statement) =>
    when(statement, "no id and CleanSession 0 get return code 2 and the end", async (s) => {
      const client = s.open();
      client.send(connect({ id: "", clean: false }));
      await client.expectPackets(connack(2));
      await client.expectEnd();
    }),
  ),

  malformed(
    "3.1.3-10",
    "a will topic that is no UTF-8",
    connect({ id: "a", will: { topic: Uint8Array.of(0xc3, 0x28) } }),
  ),
  malformed(
    "3.1.3-11",
    "a user name that is no UTF-8",
    connect({ id: "a", user: Uint8Array.of(0xc3, 0x28) }),
  ),

  malformed("3.1.4-1", "a CONNECT that ends after its protocol name", packet(0x10, text("MQTT"))),
  malformed("3.1.4-1", "an empty CONNECT", packet(0x10)),
  malformed(
    "3.1.4-1",
    "a client id that is longer than its packet",
    connectWith(0x02, u16(9), [0x61]),
  ),
  malformed("3.1.4-1", "a CONNECT with bytes behind its end", connectWith(0x02, text("a"), [0x00])),

  when("3.1.4-2", "a second client with an id ends the first one's connection", async (s) => {
    const id = s.clientId("a");
    for (const clean of [true, false]) {
      const first = await s.client({ id, clean });
      const second = await s.client({ id, clean }, !clean);
      await first.expectEnd();
      await second.ping();
    }
  }),

  when("3.1.4-3", "a persistent session is resumed, and CleanSession 1 ends it", async (s) => {
    const id = s.clientId("a");
    await (await s.client({ id, clean: false })).disconnect();
    await (await s.client({ id, clean: false }, true)).disconnect();
    await (await s.client({ id, clean: true }, false)).disconnect();
    await s.client({ id, clean: false }, false);
  }),

  when("3.1.4-4", "a valid CONNECT gets a CONNACK with return code 0", async (s) => {
    const client = s.open();
    client.send(connect({ id: s.clientId("a"), keepAlive: 60 }));
    await client.expectPackets(connack(0));
    await client.ping();
  }),

  when("3.1.4-5", "packets after a refused CONNECT are not carried out", async (s) => {
    const watcher = await s.client();
    await watcher.subscribe(s.topic("a"), 0);
    const refused = s.open();
    refused.send(connect({ id: "", clean: false }), publish(s.topic("a"), "refused"));
    await refused.expectPackets(connack(2));
    await refused.expectEnd();
    await (await s.client()).publish(s.topic("a"), "after it");
    await watcher.receive(s.topic("a"), "after it");
  }),
];
