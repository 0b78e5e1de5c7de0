import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ServerEvents } from "../../server/deciding/events";
import { LiveUpdates } from "../../server/http/live-updates";
import type { UpdateChanges, UpdatesView, UpdateView } from "../../src/common/update-api";

const update = (id: string, ...texts: string[]): UpdateView => ({
  id,
  step: "waiting",
  begunMs: 1,
  sinceMs: 1,
  lines: texts.map((text) => ({ atMs: 1, text })),
});

let bus: EventEmitter<ServerEvents>;
let view: UpdatesView;
let sent: UpdateChanges[];
let live: LiveUpdates;
let isRead: boolean;

beforeEach(() => {
  vi.useFakeTimers();
  bus = new EventEmitter();
  view = { updates: [update("a", "begun")], fleet: null, programs: {}, crashes: [] };
  sent = [];
  isRead = true;
  const stream = {
    get isRead() {
      return isRead;
    },
    send: (_name: string, event: unknown) => void sent.push(event as UpdateChanges),
  };
  live = new LiveUpdates({ bus, updates: { view: () => view }, stream });
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

it("sends the updates that have progressed, and no others", () => {
  live.flush();
  view.updates.push(update("b", "begun"));
  // The running job stays the same object, and has one more line.
  view.updates[0]?.lines.push({ atMs: 2, text: "asked" });
  bus.emit("updates");
  bus.emit("updates");
  vi.advanceTimersByTime(200);
  view = { ...view, updates: view.updates.slice(1) };
  bus.emit("updates");
  vi.advanceTimersByTime(200);
  bus.emit("updates");
  vi.advanceTimersByTime(200);
  const ids = sent.map(({ updates, removed }) => [updates.map(({ id }) => id), removed]);
  expect(ids).toEqual([
    [["a"], []],
    [["a", "b"], []],
    [[], ["a"]],
  ]);
});

it("checks by itself whether the sources were compiled, while there is a reader", () => {
  live.flush();
  view = { ...view, programs: { "": "427b134a" } };
  isRead = false;
  vi.advanceTimersByTime(5_000);
  expect(sent).toHaveLength(1);
  isRead = true;
  vi.advanceTimersByTime(5_000);
  expect(sent.map(({ programs }) => programs)).toEqual([{}, { "": "427b134a" }]);
});
