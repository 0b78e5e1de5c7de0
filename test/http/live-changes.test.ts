import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CLOCK } from "../../server/base/clock";
import { Devices } from "../../server/deciding/devices";
import type { ServerBus, ServerEvents } from "../../server/deciding/events";
import type { WatchFilter } from "../../server/http/event-stream";
import { LiveChanges } from "../../server/http/live-changes";
import type { ChangesView } from "../../src/common/api";

/**
 * Stands in for the stream of events, with the parts that `LiveChanges` needs. It records the sent
 * events.
 */
class Stream {
  isRead = true;
  watched: WatchFilter;
  readonly sent: ChangesView[] = [];

  isWatched(id: string): boolean {
    return this.isRead && (this.watched?.has(id) ?? true);
  }

  sendEach(name: string, eventFor: (watched: WatchFilter) => unknown): void {
    expect(name).toBe("changes");
    const event = eventFor(this.watched);
    if (event !== undefined) this.sent.push(event as ChangesView);
  }
}

describe("the live stream's changes", () => {
  let bus: ServerBus;
  let devices: Devices;
  let stream: Stream;
  let changes: LiveChanges;

  beforeEach(() => {
    vi.useFakeTimers();
    bus = new EventEmitter<ServerEvents>();
    devices = new Devices(
      {
        isListed: () => true,
        orderExpiresMs: 60_000,
        silenceMs: () => Infinity,
        nameOf: () => undefined,
        clock: CLOCK,
      },
      bus,
    );
    stream = new Stream();
    changes = new LiveChanges(bus, devices, stream);
  });

  afterEach(() => {
    changes.stop();
    devices.stop();
    vi.useRealTimers();
  });

  const messageAt = (atMs: number) => ({ atMs, topic: "a/telemetry", payload: `${atMs}` }) as never;

  it("are sent immediately after a quiet time, with everything that one message caused", () => {
    devices.status("a", "online", false);
    bus.emit("reading", { id: "a", atMs: 1, values: { light: 5 }, ledOn: null });
    bus.emit("led", { id: "a", atMs: 1, ledOn: true });
    bus.emit("message", messageAt(1));
    expect(stream.sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(stream.sent).toHaveLength(1);
    const [event] = stream.sent;
    expect(event?.devices.map(({ id, online }) => [id, online])).toEqual([["a", true]]);
    expect(event?.readings).toHaveLength(1);
    expect(event?.leds).toEqual([{ id: "a", atMs: 1, ledOn: true }]);
    expect(event?.messages).toHaveLength(1);
    expect(event?.messagesLeftOut).toBe(0);
  });

  it("are at most five events a second, with each device once, in its latest state", () => {
    for (let ms = 0; ms < 1_000; ms += 10) {
      devices.status("a", ms % 20 === 0 ? "offline" : "online", false);
      devices.status("b", "online", false);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(200);
    expect(stream.sent.length).toBeGreaterThanOrEqual(5);
    expect(stream.sent.length).toBeLessThanOrEqual(7);
    for (const { devices: views } of stream.sent)
      expect(views.map(({ id }) => id).sort()).toEqual([...new Set(views.map(({ id }) => id))]);
    expect(stream.sent.at(-1)?.devices.map(({ id, online }) => [id, online])).toEqual([
      ["a", true],
      ["b", true],
    ]);
  });

  it("keep the newest 200 messages, and count those left out", () => {
    bus.emit("message", messageAt(0));
    vi.advanceTimersByTime(1);
    for (let i = 1; i <= 1_200; i++) bus.emit("message", messageAt(i));
    vi.advanceTimersByTime(200);
    expect(stream.sent).toHaveLength(2);
    const [, event] = stream.sent;
    expect(event?.messages).toHaveLength(200);
    expect(event?.messages.at(0)).toMatchObject({ payload: "1001" });
    expect(event?.messages.at(-1)).toMatchObject({ payload: "1200" });
    expect(event?.messagesLeftOut).toBe(1_000);
  });

  it("omit only the values of devices that a reader does not watch", () => {
    const reading = (id: string, light: number) =>
      devices.reading({ id, atMs: Date.now(), values: { light } }, Date.now(), undefined);
    reading("a", 1);
    reading("b", 1);
    vi.advanceTimersByTime(200);
    stream.sent.length = 0;
    stream.watched = new Set(["a"]);
    reading("a", 2);
    reading("b", 2);
    devices.commanded("b", true);
    vi.advanceTimersByTime(200);
    const [values] = stream.sent;
    expect(values?.devices.map(({ id, light }) => [id, light])).toEqual([["a", 2]]);
    expect(values?.readings.map(({ id }) => id)).toEqual(["a"]);
    expect(values?.leds).toEqual([]);

    devices.status("b", "offline", false);
    reading("c", 3);
    devices.state("d", { program: "1" }, true, false);
    vi.advanceTimersByTime(200);
    const [, standing] = stream.sent;
    expect(standing?.devices.map(({ id }) => id)).toEqual(["b", "c", "d"]);
    expect(standing?.readings).toEqual([]);
    devices.state("d", { program: "1", id: 7 }, true, false);
    reading("c", 4);
    vi.advanceTimersByTime(200);
    expect(stream.sent).toHaveLength(2);
    reading("b", 5);
    devices.state("d", { program: "2", id: 7 }, true, false);
    vi.advanceTimersByTime(200);
    expect(stream.sent[2]?.devices.map(({ id }) => id)).toEqual(["b", "d"]);

    const known = new Set(["a"]);
    expect(changes.begun(new Set(["a", "c"]), known).devices.map(({ light }) => light)).toEqual([
      4,
    ]);
    expect(changes.begun(undefined, known).devices.map(({ id }) => id)).toEqual(["b", "c", "d"]);
    expect(changes.begun(known, undefined).devices).toEqual([]);
  });

  it("are not collected without a reader", () => {
    stream.isRead = false;
    devices.status("a", "online", false);
    bus.emit("message", messageAt(1));
    vi.advanceTimersByTime(1_000);
    expect(stream.sent).toEqual([]);
    stream.isRead = true;
    devices.status("b", "online", false);
    vi.advanceTimersByTime(1_000);
    expect(stream.sent.map(({ devices: views }) => views.map(({ id }) => id))).toEqual([["b"]]);
    expect(stream.sent[0]?.messages).toEqual([]);
  });

  it("are flushed before a new reader gets a snapshot, and not sent twice", () => {
    devices.status("a", "online", false);
    changes.flush();
    expect(stream.sent).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(stream.sent).toHaveLength(1);
  });

  it("end with the server", () => {
    devices.status("a", "online", false);
    changes.stop();
    vi.advanceTimersByTime(1_000);
    expect(stream.sent).toEqual([]);
  });
});
