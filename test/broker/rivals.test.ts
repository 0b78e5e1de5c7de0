import { describe, expect, it } from "vitest";
import { Rivals } from "../../server/broker/rivals";
import { GuardedBroker } from "../support/guarded-broker";
import { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";

const MINUTE_MS = 60_000;

describe("two clients with one client id", () => {
  it("are told of at the third take-over within half a minute, and again after ten minutes", () => {
    const rivals = new Rivals();
    const told = [0, 8_000, 16_000, 24_000, 10 * MINUTE_MS].map((nowMs) =>
      rivals.replaced("lamp", nowMs),
    );
    expect(told).toEqual([false, false, true, false, false]);
    const later = [1, 2, 3].map((i) => rivals.replaced("lamp", 11 * MINUTE_MS + i));
    expect(later).toEqual([false, false, true]);
  });

  it("are no rivals if one reconnects now and then, or if their ids differ", () => {
    const rivals = new Rivals();
    const slow = Array.from({ length: 20 }, (_, i) => rivals.replaced("lamp", i * 16_000));
    expect(slow).not.toContain(true);
    const many = Array.from({ length: 5_000 }, (_, i) => rivals.replaced(`lamp-${i}`, i));
    expect(many).not.toContain(true);
  });

  it("get a line with the id and both addresses", async () => {
    const troubles: string[] = [];
    const guarded = await GuardedBroker.start(
      {},
      { loginRequired: false, onTrouble: (message) => troubles.push(message) },
    );
    const clients: RawMqtt[] = [];
    for (let i = 0; i < 4; i++) {
      const client = RawMqtt.open(guarded.port, i % 2 === 0 ? "127.0.0.1" : "127.0.0.2");
      clients.push(client);
      expect(await client.connect({ clientId: "lamp" })).toBe(0);
    }
    await until("all but the last are cut off", () => clients.slice(0, 3).every((c) => c.closed));
    expect(troubles).toEqual([
      'two clients use the client id "lamp", from 127.0.0.1 and 127.0.0.2, and cut each other off; ' +
        "give one of them another id",
    ]);
    for (const client of clients) await client.stop();
    await guarded.stop();
  });
});
