/** Tests of the rules for connections: PINGREQ, DISCONNECT, protocol violations, transports. */
import {
  connack,
  connect,
  packet,
  PINGREQ,
  PINGRESP,
  publish,
  suback,
  subscribe,
  unsubscribe,
} from "../../support/mqtt-bytes";
import { Unexpected } from "../../support/wire";
import { type Case, when } from "../scene";

/** Packets that violate the protocol after a correct CONNECT. */
const VIOLATIONS: Record<string, Buffer> = {
  "the reserved type 0": packet(0x00),
  "the reserved type 15": packet(0xf0),
  "a CONNACK from a client": packet(0x20, [0, 0]),
  "a SUBACK from a client": suback(1, 0),
  "an UNSUBACK from a client": packet(0xb0, [0, 1]),
  "a PINGRESP from a client": PINGRESP,
  "a length of five bytes": Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]),
  "a PUBACK without a packet id": packet(0x40),
  "a PUBACK that is too long": packet(0x40, [0, 1, 0]),
  "a PINGREQ with a body": packet(0xc0, [0]),
  "a DISCONNECT with a body": packet(0xe0, [0]),
};

const FIRST: Record<string, Buffer> = {
  PINGREQ,
  PUBLISH: publish("a", "x"),
  SUBSCRIBE: subscribe(1, ["a", 0]),
};

export const CONNECTIONS: Case[] = [
  when("3.12.4-1", "PINGREQ is answered by PINGRESP", async (s) => {
    const client = await s.client();
    client.send(PINGREQ, PINGREQ, PINGREQ);
    await client.expectPackets(PINGRESP, PINGRESP, PINGRESP);
  }),

  when(
    "3.14.1-1",
    "DISCONNECT with a reserved bit is invalid: the will is published",
    async (s) => {
      const watcher = await s.client();
      await watcher.subscribe(s.topic("will"), 0);
      for (const first of [0xe1, 0xe2, 0xe8]) {
        const client = await s.client({ will: { topic: s.topic("will"), payload: "cut off" } });
        client.send(packet(first));
        await client.expectCutOff();
        await watcher.receive(s.topic("will"), "cut off");
      }
    },
  ),

  ...Object.entries(FIRST).map(([name, bytes]) =>
    when("4.8.0-1", `${name} before CONNECT ends the connection`, async (s) => {
      const client = s.open();
      client.send(bytes, connect({ id: s.clientId("a") }));
      await client.expectEnd();
    }),
  ),
  ...Object.entries(VIOLATIONS).map(([what, bytes]) =>
    when("4.8.0-1", `${what} ends the connection`, async (s) => {
      const client = await s.client();
      client.send(bytes);
      await client.expectCutOff();
    }),
  ),
  when("4.8.0-1", "a violation ends that connection and no other", async (s) => {
    const other = await s.client();
    const client = await s.client();
    client.send(packet(0xf0));
    await client.expectCutOff();
    await other.ping();
  }),

  when("6.0.0-1", "a text frame ends the connection", async (s) => {
    const { socket, peer } = await s.webSocket();
    await peer.connect({ id: s.clientId("a") });
    await peer.ping();
    // If the broker read this text frame as binary, it would be a valid PUBLISH.
    socket.send(publish(s.topic("a"), "text").toString());
    await peer.expectCutOff();
  }),
  when("6.0.0-1", "the broker sends binary frames", async (s) => {
    const { socket, peer } = await s.webSocket();
    const kinds: boolean[] = [];
    socket.on("message", (_data, binary) => kinds.push(binary));
    await peer.connect({ id: s.clientId("a") });
    await peer.subscribe(s.topic("a"), 1);
    await (await s.client()).publish(s.topic("a"), "x", { qos: 1 });
    await peer.receive(s.topic("a"), "x", { qos: 1 });
    if (kinds.length === 0 || kinds.includes(false))
      throw new Unexpected(`expected binary frames, got ${kinds.join(" ")}`);
  }),
  when("6.0.0-2", "frames hold parts of packets, or several", async (s) => {
    const { socket, peer } = await s.webSocket();
    const bytes = Buffer.concat([
      connect({ id: s.clientId("a") }),
      subscribe(1, [s.topic("a"), 0]),
      unsubscribe(2, s.topic("a")),
      PINGREQ,
    ]);
    for (const byte of bytes) socket.send(Buffer.from([byte]));
    await peer.expectPackets(connack(0), suback(1, 0), packet(0xb0, [0, 2]), PINGRESP);
    socket.send(Buffer.concat([PINGREQ, PINGREQ, subscribe(3, [s.topic("a"), 1]), PINGREQ]));
    await peer.expectPackets(PINGRESP, PINGRESP, suback(3, 1), PINGRESP);
    socket.send(PINGREQ.subarray(0, 1), { fin: false });
    socket.send(PINGREQ.subarray(1), { fin: true });
    await peer.expectPackets(PINGRESP);
  }),
  when("6.0.0-4", "the subprotocol that the broker selects is mqtt", async (s) => {
    for (const offered of [["mqtt"], ["other", "mqtt"], ["mqtt", "mqttv3.1"]]) {
      const { socket, peer } = await s.webSocket(offered);
      if (socket.protocol !== "mqtt")
        throw new Unexpected(`expected the subprotocol mqtt, got "${socket.protocol}"`);
      await peer.connect({ id: s.clientId("a") });
      await peer.disconnect();
    }
  }),

  when("7.0.0-2", "a client that uses only the standard is served", async (s) => {
    const client = await s.client({ id: s.clientId("a") });
    await client.subscribe(s.topic("a"), 2);
    await client.publish(s.topic("a"), "x", { qos: 2 });
    await client.receive(s.topic("a"), "x", { qos: 2 });
    await client.disconnect();
  }),
  when("7.1.1-1", "packets over TCP are read as a stream, however it is split", async (s) => {
    const client = s.open();
    const bytes = Buffer.concat([
      connect({ id: s.clientId("a") }),
      subscribe(1, [s.topic("a"), 0]),
      publish(s.topic("a"), "x".repeat(300)),
      PINGREQ,
    ]);
    // Nagle's algorithm is off, so each byte is sent as its own segment.
    for (const byte of bytes) client.send(Buffer.from([byte]));
    await client.expectPackets(connack(0), suback(1, 0));
    await client.expectAnswer(PINGRESP);
    await client.receive(s.topic("a"), "x".repeat(300));
  }),
];
