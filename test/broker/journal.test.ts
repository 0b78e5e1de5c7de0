import { beforeEach, describe, expect, it, vi } from "vitest";
import { BrokerCore } from "../../server/broker/core";
import { Journal } from "../../server/broker/journal";
import { restore } from "../../server/broker/restore";
import { decodeServer, FakeOutlet } from "../support/fake-outlet";
import { FaultyStore } from "../support/faulty-store";
import { until } from "../support/until";

describe("the broker's journal", () => {
  let store: FaultyStore;
  let said: string[];
  let unwritten: number;
  let nowMs: number;

  beforeEach(() => {
    store = new FaultyStore();
    said = [];
    unwritten = 0;
    nowMs = 1_000_000;
  });

  function start(): { core: BrokerCore; journal: Journal } {
    const journal: Journal = new Journal(store, {
      putAll: (sink) => core.putAll(sink),
      onFailure: (why) => said.push(`fails: ${why}`),
      onRecovery: () => said.push("recovered"),
      onFault: (error) => said.push(`fault: ${String(error)}`),
      onUnwritten: (count) => (unwritten += count),
      retryMs: 20,
      patienceMs: 500,
    });
    const core = new BrokerCore({
      limits: { queued: 1_000, retained: 1_000, sessions: 100 },
      sink: journal,
      nowMs: () => nowMs,
      onDropped: (reason, what) => said.push(`${reason}: ${what}`),
    });
    restore(core, store.entries);
    return { core, journal };
  }

  function connect(core: BrokerCore, clientId: string): FakeOutlet {
    const opened = core.connect({ clientId, clean: false, owner: "", address: "here" });
    if (!opened) throw new Error("no session");
    const outlet = new FakeOutlet(opened.session, opened.isPresent);
    opened.session.resume(outlet);
    return outlet;
  }

  function publish(
    core: BrokerCore,
    topic: string,
    text: string,
    retain = false,
    qos: 0 | 1 | 2 = 1,
  ) {
    core.publish({ topic, payload: Buffer.from(text), qos, retain, free: false });
  }

  const settled = (journal: Journal) =>
    new Promise<void>((resolve) => journal.settled(() => resolve()));

  it("restores everything at a start: sessions, queues in order, ids, retained messages", async () => {
    const { core, journal } = start();
    const lamp = connect(core, "lamp/#");
    core.subscribe(lamp.session, "lamp/+", 2);
    for (let i = 1; i <= 3; i++) publish(core, "lamp/commands", `before ${i}`, false, 2);
    lamp.session.taken(1);
    core.leave(lamp.session, true);
    for (let i = 1; i <= 20; i++) publish(core, "lamp/commands", `while away ${i}`);
    publish(core, "lamp/desired", "on", true, 1);
    lamp.session.receive(9);
    await settled(journal);
    await journal.close();

    const again = start().core;
    const back = connect(again, "lamp/#");
    expect(back.isPresent).toBe(true);
    const packets = back.packets.map((packet) => decodeServer(packet));
    expect(packets.slice(0, 3)).toMatchObject([
      { cmd: "pubrel", messageId: 1 },
      { cmd: "publish", messageId: 2, dup: true, qos: 2, payload: Buffer.from("before 2") },
      { cmd: "publish", messageId: 3, dup: true, qos: 2, payload: Buffer.from("before 3") },
    ]);
    expect(packets.slice(3).map(({ payload }) => String(payload))).toEqual([
      ...Array.from({ length: 20 }, (_, i) => `while away ${i + 1}`),
      "on",
    ]);
    expect(back.session.receive(9)).toBe(false);
    again.sendRetained(back.session, "lamp/desired", 0);
    expect(decodeServer(back.packets.at(-1))).toMatchObject({ retain: true, qos: 0 });
  });

  it("keeps no messages that were acknowledged or cleared, and no ended sessions", async () => {
    const { core, journal } = start();
    const lamps = ["a", "b"].map((id) => connect(core, id));
    for (const lamp of lamps) core.subscribe(lamp.session, "#", 1);
    publish(core, "t", "for both");
    publish(core, "r", "kept", true);
    await settled(journal);
    expect(store.records.size).toBeGreaterThan(4);
    for (const lamp of lamps) for (const id of [1, 2]) lamp.session.acknowledged(id);
    publish(core, "r", "", true, 0);
    await settled(journal);
    expect([...store.records.keys()]).toEqual(["session/a", "session/b"]);
    for (const id of ["a", "b"])
      core.connect({ clientId: id, clean: true, owner: "", address: "here" });
    await settled(journal);
    expect(store.records.size).toBe(0);
  });

  it("is written before any acknowledgement, in few writes", async () => {
    const { core, journal } = start();
    connect(core, "lamp");
    await settled(journal);
    let open = () => {};
    store.gate = new Promise((resolve) => (open = resolve));
    const before = store.writes;
    const order: string[] = [];
    for (let i = 0; i < 100; i++) publish(core, `t/${i}`, "x", true);
    journal.settled(() => order.push(`settled with ${store.records.size}`));
    expect(order).toEqual([]);
    open();
    await until("settled", () => order.length > 0);
    expect(order).toEqual(["settled with 101"]);
    expect(store.writes - before).toBe(1);
  });

  it("continues without a disk, logs that once, and writes everything when the disk is back", async () => {
    const { core, journal } = start();
    const lamp = connect(core, "lamp");
    core.subscribe(lamp.session, "t", 1);
    core.leave(lamp.session, true);
    await settled(journal);
    store.error = "database or disk is full";
    publish(core, "t", "one");
    await settled(journal);
    expect(said).toEqual(["fails: database or disk is full"]);
    expect(journal.failure).toBe("database or disk is full");
    publish(core, "t", "two");
    await settled(journal);
    const failed = store.writes;
    await until("it is tried again", () => store.writes > failed + 2);
    publish(core, "r", "three", true);
    await settled(journal);
    expect(said).toHaveLength(1);
    expect(unwritten).toBeGreaterThan(2);
    store.error = undefined;
    await until("it recovers", () => said.length === 2);
    expect(said[1]).toBe("recovered");
    expect(journal.failure).toBeUndefined();
    publish(core, "t", "four");
    await settled(journal);

    const back = connect(start().core, "lamp");
    const texts = back.packets.map((packet) => String(decodeServer(packet).payload));
    expect(texts).toEqual(["one", "two", "four"]);
    expect(store.records.has("retained/r")).toBe(true);
  });

  it("reports an error in a callback as a fault, without failing the store or other callers", async () => {
    const { core, journal } = start();
    publish(core, "r", "one", true);
    journal.settled(() => {
      throw new Error("a mistake");
    });
    await settled(journal);
    expect(said).toEqual(["fault: Error: a mistake"]);
    expect(journal.failure).toBeUndefined();
    expect(unwritten).toBe(0);
    expect(store.records.has("retained/r")).toBe(true);
  });

  it("retries later if its content can't be collected", async () => {
    const { core, journal } = start();
    const putAll = vi.spyOn(core, "putAll").mockImplementation(() => {
      throw new Error("a mistake");
    });
    store.error = "database or disk is full";
    publish(core, "r", "one", true);
    await settled(journal);
    store.error = undefined;
    await until("it is tried again", () => putAll.mock.calls.length > 1);
    expect(said).toEqual(["fails: database or disk is full"]);
    putAll.mockRestore();
    await until("it recovers", () => said.length === 2);
    expect(said[1]).toBe("recovered");
    expect(store.records.has("retained/r")).toBe(true);
  });

  it("does not wait for a disk that hangs, and recovers with the disk", async () => {
    const { core, journal } = start();
    let open = () => {};
    store.gate = new Promise((resolve) => (open = resolve));
    publish(core, "r", "one", true);
    await settled(journal);
    expect(said).toEqual(["fails: it takes too long to write"]);
    publish(core, "r", "two", true);
    await settled(journal);
    open();
    await until("it recovers", () => said.at(-1) === "recovered");
    expect(Buffer.from(store.records.get("retained/r")?.body ?? []).toString()).toBe("two");
  });

  it("publishes the wills of clients connected at a kill, at the next start", async () => {
    const will = {
      topic: "a/status",
      payload: Buffer.from("offline"),
      qos: 1,
      retain: true,
    } as const;
    const { core, journal } = start();
    core.setWill("a", { ...will, free: false });
    core.setWill("b", { ...will, topic: "b/status", free: false });
    core.setWill("c", { ...will, topic: "c/status", free: false });
    core.takeWill("c");
    await settled(journal);

    const again = start().core;
    again.publishWills();
    again.publishWills();
    expect(again.retained.matching("#").map(({ topic }) => topic)).toEqual([
      "a/status",
      "b/status",
    ]);
  });
});
