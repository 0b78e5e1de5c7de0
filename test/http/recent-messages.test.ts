import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it } from "vitest";
import type { ServerEvents } from "../../server/deciding/events";
import { RecentMessages } from "../../server/http/recent-messages";

const KEPT = 200;

describe("the recent messages", () => {
  let bus: EventEmitter<ServerEvents>;
  let messages: RecentMessages;

  beforeEach(() => {
    bus = new EventEmitter<ServerEvents>();
    messages = new RecentMessages(bus);
  });

  it("are the last 200, oldest first, however many were published", () => {
    expect(messages.list()).toEqual([]);
    for (let atMs = 1; atMs <= 5 * KEPT + 1; atMs++) {
      bus.emit("message", { atMs, topic: "a/telemetry", payload: "{}" });
      const first = Math.max(1, atMs - KEPT + 1);
      const times = messages.list().map((message) => message.atMs);
      expect(times).toEqual(Array.from({ length: atMs - first + 1 }, (_, at) => first + at));
    }
  });

  it("are safe to show, and keep why they were rejected", () => {
    const message = {
      atMs: 1,
      topic: "a/telemetry",
      payload: "a\u001b[2Jb\n",
      rejected: "no JSON",
    };
    bus.emit("message", message);
    expect(messages.list()).toEqual([{ ...message, payload: "a·[2Jb·" }]);
  });
});
