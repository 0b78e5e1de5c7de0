import { describe, expect, it } from "vitest";
import { Backoff, FIRST_MS, LONGEST_MS } from "../../src/mqtt/backoff";
import { Inbox } from "../../src/mqtt/inbox";
import { DEAD, KeepAlive, PING } from "../../src/mqtt/keepalive";
import { seededRandom } from "../support/random";

describe("backoff", () => {
  it("starts within 0.5 s, doubles, and never exceeds 30 s", () => {
    const random = seededRandom(1);
    for (let run = 0; run < 100; run++) {
      const backoff = new Backoff(10_000);
      let longest = FIRST_MS;
      for (let i = 0; i < 20; i++) {
        const pause = backoff.pauseMs(random(), false);
        expect(pause).toBeGreaterThanOrEqual(longest / 2);
        expect(pause).toBeLessThanOrEqual(longest);
        longest = Math.min(longest * 2, LONGEST_MS);
      }
      expect(longest).toBe(30_000);
    }
  });

  it("restarts after a stable connection, and only then", () => {
    const backoff = new Backoff(10_000);
    for (let i = 0; i < 4; i++) backoff.pauseMs(1, false);
    backoff.ended(9_999);
    expect(backoff.pauseMs(1, false)).toBe(8000);
    backoff.ended(10_000);
    expect(backoff.pauseMs(1, false)).toBe(500);
  });

  it("is at its maximum immediately after a refusal", () => {
    expect(new Backoff(10_000).pauseMs(0, true)).toBe(15_000);
    expect(new Backoff(10_000).pauseMs(1, true)).toBe(30_000);
  });
});

describe("keep-alive", () => {
  for (const intervalS of [1, 15, 60, 65535])
    it(`of ${intervalS} s pings in time and notices silence within 1.5 x`, () => {
      const alive = new KeepAlive(intervalS);
      const interval = intervalS * 1000;
      alive.connecting(0, 10_000);
      alive.sent(0);
      alive.connected(100);
      // Sending a packet does not show that the connection works, so it must not postpone the
      // verdict.
      alive.sent(interval / 2);
      let now = 100;
      let pingedAt = 0;
      for (;;) {
        const wait = alive.next(now);
        if (wait === DEAD) break;
        if (wait === PING) {
          pingedAt = now;
          alive.sent(now);
        } else now += wait;
      }
      expect(pingedAt).toBeLessThanOrEqual(interval);
      expect(now - 100).toBeLessThanOrEqual(interval * 1.5);
    });

  it("accepts any packet as a sign of life, once the broker has accepted the client", () => {
    const alive = new KeepAlive(10);
    alive.connecting(0, 5000);
    alive.received(4000);
    expect(alive.next(5000)).toBe(DEAD);
    alive.connecting(6000, 5000);
    alive.connected(7000);
    alive.sent(7000);
    expect(alive.next(14_500)).toBe(PING);
    alive.received(15_000);
    alive.sent(15_000);
    expect(alive.next(15_000)).toBe(7500);
  });

  it("of 0 never pings, but still limits the wait for CONNACK", () => {
    const alive = new KeepAlive(0);
    alive.connecting(0, 5000);
    expect(alive.next(5000)).toBe(DEAD);
    alive.connected(5000);
    expect(alive.next(1e9)).toBeGreaterThan(0);
  });
});

describe("inbox", () => {
  it("returns its content unchanged and in order, whatever the sizes", () => {
    const random = seededRandom(3);
    const inbox = new Inbox(200);
    const waiting: { flags: number; connection: number; body: Buffer }[] = [];
    let refused = 0;
    for (let i = 0; i < 20_000; i++) {
      if (random() < 0.6) {
        const size = Math.floor(random() * 60);
        const body = Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
        const flags = Math.floor(random() * 32);
        const connection = Math.floor(random() * 65536);
        const used = waiting.reduce((sum, one) => sum + 6 + one.body.length, 0);
        const fits = used + 6 + size <= 200;
        expect(inbox.put(flags, connection, body, size)).toBe(fits);
        if (fits) waiting.push({ flags, connection, body });
        else refused++;
      } else {
        const expected = waiting.shift();
        expect(inbox.take()).toBe(expected !== undefined);
        if (!expected) continue;
        expect([inbox.flags, inbox.connection, inbox.left]).toEqual([
          expected.flags,
          expected.connection,
          expected.body.length,
        ]);
        const first = inbox.read(Math.floor(inbox.left / 2));
        expect(Buffer.concat([first, inbox.read(inbox.left)])).toEqual(expected.body);
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});
