import { describe, expect, it } from "vitest";
import { HeldReadings } from "../../server/cluster/held-readings";
import {
  DEAD_AFTER_MS,
  type Heartbeat,
  HEARTBEAT_INTERVAL_MS,
  parseHeartbeat,
  Presence,
} from "../../server/cluster/presence";
import { MAX_SHARDS } from "../../server/setup/cluster-options";

const BEAT: Heartbeat = {
  run: "a",
  version: "0.2.0",
  started_ms: 1,
  connected_ms: 2,
  shards: [],
  visit: "a1",
  nth: 2,
  counts_on: ["b1"],
  sent_ms: 3,
  behind_ms: 4,
};

/**
 * Number of our own beats, counted from the other server's last beat, until that server counts as
 * gone.
 */
const TO_BE_GONE = Math.ceil(DEAD_AFTER_MS / HEARTBEAT_INTERVAL_MS);

/** A presence that began to listen when its own first beat was sent. */
class Listening extends Presence {
  private sentMs = 500;
  private heardMs = 500;

  constructor() {
    super();
    this.heardOwn(this.sentMs, this.sentMs);
  }

  /** Receives `times` more of our own beats, sent `everyMs` apart and received `apartMs` apart. */
  own(times: number, everyMs = HEARTBEAT_INTERVAL_MS, apartMs = everyMs): this {
    for (let time = 0; time < times; time++)
      this.heardOwn((this.sentMs += everyMs), (this.heardMs += apartMs));
    return this;
  }
}

/** A presence that has received ten beats of the other server, each after one of our own. */
function listening(): Listening {
  const presence = new Listening();
  for (let time = 0; time < 10; time++) presence.own(1).heard("2of3", BEAT, 1);
  return presence;
}

describe("another server", () => {
  it("gets some time to be heard at first", () => {
    const presence = new Listening().own(TO_BE_GONE - 1);
    expect(presence.isLiving("2of3")).toBe(true);
    expect(presence.own(1).isLiving("2of3")).toBe(false);
  });

  it("is present while it is heard, and gone if its beats are missing between our own beats", () => {
    const presence = listening().own(TO_BE_GONE - 1);
    expect(presence.living()).toEqual(["2of3"]);
    expect(presence.own(1).living()).toEqual([]);
  });

  it("counts as absent until its first beat, because it did not receive earlier messages", () => {
    const presence = new Listening();
    presence.heard("2of3", BEAT, 1);
    expect(presence.isLiving("2of3")).toBe(false);
    presence.own(1).heard("2of3", BEAT, 1);
    expect(presence.isLiving("2of3")).toBe(true);
  });

  it.each([
    ["its process", { ...BEAT, run: "b" }],
    ["its connection", { ...BEAT, connected_ms: 3 }],
  ])(
    "counts as absent for one beat if %s is a new one, however short its absence was",
    (_, beat) => {
      const presence = listening();
      presence.heard("2of3", beat, 1);
      expect(presence.isLiving("2of3")).toBe(false);
      presence.own(1).heard("2of3", beat, 1);
      expect(presence.isLiving("2of3")).toBe(true);
    },
  );

  it("is gone immediately when it says so", () => {
    const presence = listening();
    presence.left("2of3");
    expect(presence.isLiving("2of3")).toBe(false);
  });

  it("is not gone because this server was delayed, or had no connection", () => {
    const held = listening().own(TO_BE_GONE - 1, 60_000);
    expect(held.isLiving("2of3")).toBe(true);
    const away = listening().own(TO_BE_GONE - 1);
    away.reconnected();
    expect(away.own(TO_BE_GONE - 1, 60_000).isLiving("2of3")).toBe(true);
    expect(away.own(1).isLiving("2of3")).toBe(false);
  });

  it("is not gone sooner because we send more beats, or because an earlier beat comes late", () => {
    expect(
      listening()
        .own(30, HEARTBEAT_INTERVAL_MS / 10)
        .isLiving("2of3"),
    ).toBe(true);
    const presence = listening().own(TO_BE_GONE - 1);
    for (const sentMs of [0, 1, 2]) presence.heardOwn(sentMs, 1e9);
    expect(presence.isLiving("2of3")).toBe(true);
  });

  it("is not gone because several of our own beats arrive together, or far apart", () => {
    expect(listening().own(30, HEARTBEAT_INTERVAL_MS, 1).isLiving("2of3")).toBe(true);
    const presence = listening().own(TO_BE_GONE - 1, HEARTBEAT_INTERVAL_MS, 60_000);
    expect(presence.isLiving("2of3")).toBe(true);
  });

  it("stays gone after our reconnect if it was gone before", () => {
    const presence = listening().own(TO_BE_GONE);
    presence.reconnected();
    expect(presence.isLiving("2of3")).toBe(false);
  });

  it("claims the shards that it decides, until it is gone or shuts down cleanly", () => {
    const presence = new Listening();
    presence.heard("2of3", { ...BEAT, shards: [2, 3] }, 1);
    expect([1, 2, 3].map((shard) => presence.isClaimed(shard, 3))).toEqual([false, true, true]);
    expect(presence.isClaimed(2, 4)).toBe(false);
    presence.own(TO_BE_GONE);
    expect(presence.isClaimed(2, 3)).toBe(false);
    presence.heard("2of3", { ...BEAT, shards: [2] }, 1);
    expect([2, 3].map((shard) => presence.isClaimed(shard, 3))).toEqual([true, false]);
    presence.left("2of3");
    expect(presence.isClaimed(2, 3)).toBe(false);
  });

  it("counts on us once it names our incarnation, or if its version names none", () => {
    const presence = new Listening().own(TO_BE_GONE - 1);
    const countsOn = (incarnation: string) => presence.countsOn("2of3", incarnation);
    expect(countsOn("b1")).toBe(false);
    presence.own(1);
    expect(countsOn("b1")).toBe(true);
    const isFirst = [1, 2, 3].map(() => presence.heard("2of3", BEAT, 1));
    expect(isFirst).toEqual([false, true, false]);
    expect(["b1", "b2"].map(countsOn)).toEqual([true, false]);
    expect(presence.incarnationOf("2of3")).toBe("a1");
    presence.own(TO_BE_GONE);
    expect(countsOn("b2")).toBe(true);
    presence.heard("2of3", { ...BEAT, counts_on: undefined }, 1);
    expect(countsOn("b2")).toBe(true);
    presence.heard("2of3", BEAT, 1);
    expect(countsOn("b2")).toBe(false);
    presence.left("2of3");
    expect(countsOn("b2")).toBe(true);
  });

  it("may be behind with the broker's messages, and so may we", () => {
    const presence = new Listening();
    expect(new Presence().behindMs(700)).toBe(0);
    expect([400, 700.4].map((nowMs) => presence.behindMs(nowMs))).toEqual([0, 200]);
    expect(presence.othersBehindMs).toBe(0);
    presence.heard("1of3", { ...BEAT, behind_ms: undefined }, 1);
    presence.heard("2of3", { ...BEAT, behind_ms: 9_000 }, 1);
    expect(presence.othersBehindMs).toBe(9_000);
    // When a server is gone, its undecided readings stay relevant until another server has taken
    // them over.
    expect(presence.own(TO_BE_GONE).othersBehindMs).toBe(9_000);
    expect(presence.own(TO_BE_GONE).othersBehindMs).toBe(0);
    presence.heard("2of3", { ...BEAT, behind_ms: 9e12 }, 1);
    expect(presence.othersBehindMs).toBe(60_000);
  });

  it("is one of at most 256, because other clients choose the names", () => {
    const presence = new Listening();
    for (let i = 0; i < 1000; i++)
      for (let time = 0; time < 2; time++) presence.heard(`${i}of1000`, BEAT, 1);
    expect(presence.living()).toHaveLength(256);
  });
});

describe("a beat", () => {
  it("is decoded as it was encoded", () => {
    expect(parseHeartbeat(JSON.stringify(BEAT))).toEqual({ value: BEAT });
    const older = { run: "a", version: "0.1.0", started_ms: 1, connected_ms: 2 };
    expect(parseHeartbeat(JSON.stringify(older))).toEqual({ value: { ...older, shards: [] } });
  });

  it.each([
    ["", "payload is not a JSON object"],
    [JSON.stringify({ ...BEAT, run: 1 }), "run: expected text of 1 to 40 characters"],
    [JSON.stringify({ ...BEAT, version: "" }), "version: expected text of 1 to 40 characters"],
    [JSON.stringify({ ...BEAT, started_ms: -1 }), "started_ms: expected a whole number"],
    [JSON.stringify({ ...BEAT, connected_ms: "2" }), "connected_ms: expected a whole number"],
    [JSON.stringify({ ...BEAT, shards: ["1"] }), "shards: expected at most 64 whole numbers"],
    [JSON.stringify({ ...BEAT, visit: 1 }), "visit: expected text of 1 to 40 characters"],
    [JSON.stringify({ ...BEAT, nth: -1 }), "nth: expected a whole number"],
    [
      JSON.stringify({ ...BEAT, counts_on: [1] }),
      "counts_on: expected at most 256 texts of 1 to 40 characters",
    ],
    [JSON.stringify({ ...BEAT, behind_ms: -1 }), "behind_ms: expected a whole number"],
    [JSON.stringify({ ...BEAT, sent_ms: 0.5 }), "sent_ms: expected a whole number"],
  ])("is refused if it is invalid: %s", (text, error) => {
    expect(parseHeartbeat(text)).toEqual({ error });
  });
});

it("the largest cluster's beat is within the payload limit", () => {
  const all = Array.from({ length: MAX_SHARDS }, (_, i) => i + 1);
  const counts_on = all.map(() => "012345");
  const beat: Heartbeat = {
    ...BEAT,
    run: "01234567",
    connected_ms: Date.now(),
    shards: all,
    counts_on,
  };
  beat.behind_ms = beat.sent_ms = 10 * 365 * 86_400_000;
  expect(JSON.stringify(beat).length).toBeLessThan(1024);
});

describe("readings held for another server", () => {
  const reading = (nowMs: number) => ({
    topic: "t",
    payload: Buffer.from("{}"),
    // The wall clock may be set back. Held readings expire by the monotonic clock.
    atMs: -nowMs,
    nowMs,
  });

  it("are the last of each device, oldest first, as long as they may be needed", () => {
    const held = new HeldReadings(5_000);
    held.hold("a", reading(0), 0);
    held.hold("b", reading(1_000), 1_000);
    held.hold("a", reading(2_000), 2_000);
    held.hold("c", reading(3_000), 3_000);
    held.prune(7_900, 2_000);
    expect(held.size).toBe(3);
    held.prune(6_000);
    expect(held.take((id) => id !== "c")).toEqual([reading(2_000)]);
    expect(held.size).toBe(1);
  });

  it("are dropped if this server was delayed for as long: newer ones may have passed", () => {
    const held = new HeldReadings(5_000);
    held.hold("a", reading(0), 0);
    held.hold("b", reading(1_000), 0);
    held.pruneByAge(5_500);
    expect(held.take(() => true)).toEqual([reading(1_000)]);
  });

  it("came before or after another message; only a device's last one counts", () => {
    const held = new HeldReadings(5_000);
    held.hold("a", reading(0), 0);
    const place = held.mark();
    held.hold("b", reading(0), 0);
    const before = () => ["a", "b"].map((id) => held.hasBefore(place, (one) => one === id));
    expect(before()).toEqual([true, false]);
    held.hold("a", reading(1), 0);
    expect(before()).toEqual([false, false]);
  });

  it("are limited in number, because other clients choose the ids", () => {
    const held = new HeldReadings(5_000);
    for (let i = 0; i < 100_010; i++) held.hold(`${i}`, reading(0), 0);
    held.hold("5", reading(1), 1);
    expect(held.size).toBe(100_000);
  });
});
