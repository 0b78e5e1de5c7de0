import { beforeEach, describe, expect, it } from "vitest";
import { BrokerCore, type BrokerCoreOptions } from "../../server/broker/core";
import type { QoS } from "../../server/broker/packets";
import type { Subscriber } from "../../server/broker/session";
import { decodeServer, FakeOutlet } from "../support/fake-outlet";

const QUEUED = 150;

describe("the broker's core", () => {
  let core: BrokerCore;
  let dropped: string[];
  let nowMs: number;

  beforeEach(() => {
    dropped = [];
    nowMs = 1_000;
    core = new BrokerCore(options());
  });

  const options = (): BrokerCoreOptions => ({
    limits: { queued: QUEUED, retained: 1_000, sessions: 2 },
    nowMs: () => nowMs,
    onDropped: (reason, what) => dropped.push(`${reason}: ${what}`),
  });

  function connect(clientId: string, clean = true, owner = ""): FakeOutlet {
    const opened = core.connect({ clientId, clean, owner, address: "here" });
    if (!opened) throw new Error("no session");
    const outlet = new FakeOutlet(opened.session, opened.isPresent);
    opened.session.resume(outlet);
    return outlet;
  }

  function publish(text: string, qos: QoS = 1, topic = "t", retain = false): void {
    core.publish({ topic, payload: Buffer.from(text), qos, retain, free: false });
  }

  const read = ({ packets }: FakeOutlet) => packets.map((bytes) => decodeServer(bytes));
  const texts = (outlet: FakeOutlet) => read(outlet).map(({ payload }) => String(payload));
  const numbers = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

  it("keeps the order of one publisher at all QoS, with a full window and a slow reader", () => {
    const reader = connect("reader");
    core.subscribe(reader.session, "t", 2);
    for (let i = 1; i <= 50; i++) publish(String(i), (i % 3) as QoS);
    reader.isReady = false;
    for (let i = 51; i <= 140; i++) publish(String(i), (i % 3) as QoS);
    expect(texts(reader)).toEqual(numbers(1, 50));
    reader.isReady = true;
    reader.session.pump();
    for (let at = 0; at < reader.packets.length; at++) {
      const packet = decodeServer(reader.packets[at]);
      if (packet.cmd === "pubrel") reader.session.completed(packet.messageId ?? 0);
      else if (packet.cmd === "publish" && packet.qos === 1)
        reader.session.acknowledged(packet.messageId ?? 0);
      else if (packet.cmd === "publish" && packet.qos === 2)
        reader.session.taken(packet.messageId ?? 0);
    }
    const published = read(reader).filter(({ cmd }) => cmd === "publish");
    expect(published.map(({ payload }) => String(payload))).toEqual(numbers(1, 140));
    expect(reader.session.pending).toBe(0);
    expect(dropped).toEqual([]);
  });

  it("repeats unacknowledged messages with id and DUP, then sends messages that arrived later", () => {
    const first = connect("a", false);
    core.subscribe(first.session, "t", 1);
    for (const text of numbers(1, 4)) publish(text);
    first.session.acknowledged(2);
    core.leave(first.session, true);
    publish("5");
    const second = connect("a", false);
    expect(second.isPresent).toBe(true);
    expect(read(second)).toMatchObject([
      { messageId: 1, dup: true, payload: Buffer.from("1") },
      { messageId: 3, dup: true, payload: Buffer.from("3") },
      { messageId: 4, dup: true, payload: Buffer.from("4") },
      { messageId: 5, dup: false, payload: Buffer.from("5") },
    ]);
  });

  it("sends one copy at the highest QoS to a session whose filters overlap", () => {
    const reader = connect("reader");
    for (const [filter, qos] of [
      ["t", 0],
      ["+", 2],
      ["#", 1],
    ] as const)
      core.subscribe(reader.session, filter, qos);
    publish("x", 2);
    expect(read(reader)).toMatchObject([{ qos: 2 }]);
  });

  it("delivers no QoS 2 message that is not stored: it would arrive again after a kill", () => {
    core = new BrokerCore({
      ...options(),
      sink: { put: () => undefined, delete: () => undefined },
    });
    const readers = ([0, 1, 2] as const).flatMap((qos) =>
      [true, false].map((clean) => {
        const reader = connect(`reader-${qos}-${clean}`, clean, `user-${qos}`);
        core.subscribe(reader.session, "t", qos);
        return reader;
      }),
    );
    for (const qos of [0, 1, 2] as const) publish("x", qos);
    const isKept = readers.map(({ kept }) => kept);
    // A persistent session also waits until the packet ids of its messages are stored.
    expect(isKept).toEqual([
      [false, false, true],
      [false, false, true],
      [false, false, true],
      [false, true, true],
      [false, false, true],
      [false, true, true],
    ]);
  });

  it("sends a message once that is retained and published just before the subscription", () => {
    const reader = connect("reader");
    core.publish(
      { topic: "t", payload: Buffer.from("x"), qos: 1, retain: true, free: false },
      reader.session,
    );
    core.subscribe(reader.session, "t", 1);
    core.sendRetained(reader.session, "t", 1);
    expect(read(reader)).toMatchObject([{ topic: "t", retain: true }]);
  });

  it("limits the queue of a session, without counting retained messages", () => {
    for (let i = 0; i < 300; i++) publish("r", 1, `r/${i}`, true);
    const reader = connect("reader");
    reader.isReady = false;
    core.subscribe(reader.session, "#", 1);
    core.sendRetained(reader.session, "#", 1);
    for (let i = 0; i < QUEUED + 2; i++) publish("live");
    expect(reader.session.pending).toBe(300 + QUEUED);
    expect(dropped).toEqual(
      Array.from(
        { length: 2 },
        () => expect.stringMatching(/^queued: .*reader: 150 messages/) as string,
      ),
    );
    for (let i = 0; i < 3; i++) core.sendRetained(reader.session, "#", 1);
    expect(reader.session.pending).toBeLessThanOrEqual(300 + QUEUED);
  });

  it("does not send a message that has expired in the meantime", () => {
    const first = connect("a", false);
    core.subscribe(first.session, "t", 1);
    publish('{"expires_at":2000,"n":"sent"}');
    core.leave(first.session, true);
    publish('{"expires_at":2000,"n":"waiting"}');
    publish('{"expires_at":9000,"n":"fresh"}');
    nowMs = 2_000;
    expect(texts(connect("a", false))).toEqual(['{"expires_at":9000,"n":"fresh"}']);
  });

  it("limits the persistent sessions of each user separately", () => {
    const open = (clientId: string, owner: string) =>
      core.connect({ clientId, clean: false, owner, address: "here" }) !== undefined;
    expect([open("a", "x"), open("b", "x"), open("c", "x")]).toEqual([true, true, false]);
    expect([open("d", "y"), open("a", "x")]).toEqual([true, true]);
    core.connect({ clientId: "a", clean: true, owner: "x", address: "here" });
    expect(open("c", "x")).toBe(true);
  });

  it("gives a session only to its user", () => {
    const mine = connect("id", false, "mine");
    core.subscribe(mine.session, "t", 1);
    core.leave(mine.session, true);
    publish("secret");
    const other = connect("id", false, "other");
    expect([other.isPresent, other.packets]).toEqual([false, []]);
  });

  it("removes queued and in-flight messages that a client may no longer receive", () => {
    const reader = connect("reader", false);
    core.subscribe(reader.session, "+", 1);
    publish("on its way", 1, "secret");
    core.leave(reader.session, true);
    publish("waits", 1, "secret");
    publish("open", 1, "t");
    reader.session.withdraw((topic) => topic !== "secret");
    expect(texts(connect("reader", false))).toEqual(["open"]);
  });

  it("sends nothing more for a removed filter", () => {
    const reader = connect("reader");
    for (const filter of ["a", "b"]) core.subscribe(reader.session, filter, 1);
    core.unsubscribe(reader.session, "a");
    for (const topic of ["a", "b"]) publish(topic, 1, topic);
    expect(texts(reader)).toEqual(["b"]);
  });

  it("routes answers of a local subscriber after the message they answer, and not back to it", () => {
    const order: string[] = [];
    const own: Subscriber = {
      deliver(message) {
        order.push(`own ${message.topic}`);
        core.publish(
          { topic: "answer", payload: Buffer.from(""), qos: 0, retain: false, free: false },
          own,
          () => order.push("answered"),
        );
      },
    };
    const other: Subscriber = { deliver: ({ topic }) => order.push(`other ${topic}`) };
    for (const subscriber of [own, other])
      for (const filter of ["ask", "answer"]) core.subscribe(subscriber, filter, 1);
    core.publish(
      { topic: "ask", payload: Buffer.from(""), qos: 1, retain: false, free: false },
      undefined,
      () => order.push("asked"),
    );
    expect(order).toEqual(["own ask", "other ask", "asked", "other answer", "answered"]);
  });

  it("publishes the will of a client that is taken over", () => {
    const reader = connect("reader");
    core.subscribe(reader.session, "gone", 0);
    const outlet = connect("a");
    core.setWill("a", {
      topic: "gone",
      payload: Buffer.from("a"),
      qos: 0,
      retain: false,
      free: false,
    });
    core.leave(outlet.session, false);
    expect(texts(reader)).toEqual(["a"]);
    core.leave(connect("a").session, false);
    expect(texts(reader)).toEqual(["a"]);
  });
});
