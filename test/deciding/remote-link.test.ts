import { EventEmitter } from "node:events";
import type { MqttClient } from "mqtt";
import { afterEach, expect, it, vi } from "vitest";
import { RemoteLink } from "../../server/deciding/remote-link";

const MAX_TURN_MS = 2_500;

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([
  { heldUpMs: MAX_TURN_MS - 1, ends: ["cork", "uncork"] },
  { heldUpMs: MAX_TURN_MS, ends: ["cork", "destroy"] },
])(
  "decisions of a turn of $heldUpMs ms, of 2500 allowed, end with $ends",
  async ({ heldUpMs, ends }) => {
    const calls: string[] = [];
    const call = (name: string) => () => calls.push(name);
    const stream = { cork: call("cork"), uncork: call("uncork"), destroy: call("destroy") };
    const client = Object.assign(new EventEmitter(), { stream }) as unknown as MqttClient;
    const link = new RemoteLink(client, MAX_TURN_MS);
    let nowMs = 0;
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    // Simulates a process that is paused while it decides.
    link.onMessage = () => void (nowMs += heldUpMs);
    client.emit("message", "lamp/telemetry", Buffer.from("{}"), {} as never);
    await new Promise(setImmediate);
    expect(calls).toEqual(ends);
  },
);
