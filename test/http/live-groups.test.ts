import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CLOCK } from "../../server/base/clock";
import { Decisions } from "../../server/deciding/decisions";
import type { ServerEvents } from "../../server/deciding/events";
import { LiveGroups } from "../../server/http/live-groups";
import { loadConfig } from "../../server/setup/config";
import type { GroupView } from "../../src/common/api";
import type { Group } from "../../src/common/groups";

const VALID_MS = 10_000;
const yard: Group = {
  id: "yard",
  members: ["east", "west"],
  lights: ["lamp"],
  decide: "majority",
  validMs: VALID_MS,
};

/**
 * Stands in for the stream of events, with the parts that `LiveGroups` needs. It records the sent
 * events.
 */
class Stream {
  isRead = true;
  readonly sent: GroupView[] = [];

  send(name: string, event: unknown): void {
    expect(name).toBe("group");
    this.sent.push(event as GroupView);
  }

  /** Returns the members' values in each event since the last call. */
  values(): (number | null)[][] {
    return this.sent.splice(0).map(({ members }) => members.map(({ value }) => value));
  }
}

describe("the live stream's groups", () => {
  let decisions: Decisions;
  let stream: Stream;
  let groups: LiveGroups;

  const read = (id: string, light: number) =>
    decisions.reading(id, { values: { light }, said: {} }, CLOCK.monotonicMs());

  beforeEach(() => {
    vi.useFakeTimers();
    const bus = new EventEmitter<ServerEvents>();
    decisions = new Decisions(
      loadConfig().rule,
      [yard],
      () => undefined,
      () => bus.emit("groups"),
    );
    stream = new Stream();
    groups = new LiveGroups({ bus, decisions, clock: CLOCK, stream });
    groups.flush();
    expect(stream.values()).toEqual([[null, null]]);
  });

  afterEach(() => {
    groups.stop();
    vi.useRealTimers();
  });

  it("are sent when a member has reported or the decision has changed, in one event", () => {
    read("east", 5);
    read("west", 7);
    vi.advanceTimersByTime(1_000);
    expect(stream.sent.map(({ on }) => on)).toEqual([true]);
    expect(stream.values()).toEqual([[5, 7]]);
    read("east", 900);
    vi.advanceTimersByTime(1_000);
    expect(stream.values()).toEqual([[900, 7]]);
  });

  it("are sent when another server has decided", () => {
    decisions.learn("lamp", true, CLOCK.monotonicMs());
    vi.advanceTimersByTime(1_000);
    expect(stream.sent.map(({ on }) => on)).toEqual([true]);
  });

  it("are not sent again while nothing has changed", () => {
    read("east", 5);
    vi.advanceTimersByTime(1_000);
    stream.values();
    for (let i = 0; i < 30; i++) {
      read("east", 5);
      vi.advanceTimersByTime(1_000);
    }
    expect(stream.sent).toEqual([]);
  });

  it("are sent when a silent member no longer counts, for each at its time", () => {
    read("east", 5);
    vi.advanceTimersByTime(2_000);
    read("west", 7);
    vi.advanceTimersByTime(1_000);
    stream.values();
    vi.advanceTimersByTime(VALID_MS - 3_000);
    expect(stream.values()).toEqual([]);
    vi.advanceTimersByTime(10);
    expect(stream.values()).toEqual([[null, 7]]);
    vi.advanceTimersByTime(2_000);
    expect(stream.values()).toEqual([[null, null]]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("cost nothing without a reader", () => {
    stream.isRead = false;
    read("east", 5);
    read("west", 7);
    expect(vi.getTimerCount()).toBe(0);
    // A client that connects now gets the full state first. When the readings become too old, the
    // client gets that change.
    groups.flush();
    stream.isRead = true;
    stream.values();
    vi.advanceTimersByTime(VALID_MS + 10);
    expect(stream.values()).toEqual([[null, null]]);
  });

  it("are no longer checked when the last reader has gone", () => {
    read("east", 5);
    vi.advanceTimersByTime(1_000);
    stream.isRead = false;
    vi.advanceTimersByTime(VALID_MS + 10);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("end with the server", () => {
    read("east", 5);
    groups.stop();
    read("west", 5);
    stream.values();
    vi.advanceTimersByTime(VALID_MS + 10);
    expect(stream.sent).toEqual([]);
  });
});
