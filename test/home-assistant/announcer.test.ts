import { EventEmitter } from "node:events";
import { expect, it, vi } from "vitest";
import { Devices } from "../../server/deciding/devices";
import type { ServerEvents } from "../../server/deciding/events";
import { Announcer } from "../../server/home-assistant/announcer";
import { loadConfig } from "../../server/setup/config";
import { until } from "../support/until";

it("announces a device once, and builds no view for each reading", async () => {
  const bus = new EventEmitter<ServerEvents>();
  const devices = new Devices(
    {
      isListed: () => false,
      nameOf: () => "Hall",
      orderExpiresMs: 60_000,
      silenceMs: () => Infinity,
      clock: { monotonicMs: () => 0, wallMs: () => 0 },
    },
    bus,
  );
  const views = vi.spyOn(devices, "view");
  const announced: [string, string][] = [];
  const retain = (topic: string, payload: string) => {
    announced.push([topic, payload]);
    return Promise.resolve();
  };
  const announcer = new Announcer(
    {
      bus,
      devices,
      topics: { prefix: "", discovery: "homeassistant" },
      rule: loadConfig().rule,
      intervalMs: 1_000,
      silenceMs: 30_000,
      isCommanded: () => true,
      speaksFor: () => true,
      retain,
    },
    () => undefined,
  );
  try {
    // At a thousand readings a second, building a view for each took a third of the server's time,
    // so no view may be built.
    for (let light = 0; light < 1_000; light++)
      devices.reading({ id: "a", atMs: 0, values: { light } }, 0, undefined);
    await until("the announcement", () => announced.length > 0);
    expect(announced.map(([topic]) => topic)).toEqual(["homeassistant/device/a/config"]);
    expect(announced[0]?.[1]).toContain('"name":"Hall"');
    expect(views).not.toHaveBeenCalled();
  } finally {
    announcer.stop();
    devices.stop();
  }
});
