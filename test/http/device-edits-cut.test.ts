import { expect, it } from "vitest";
import { edit, publish, readRetained } from "../support/device-edits";
import { Mosquitto } from "../support/mosquitto";
import { startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { PUBLISH, WithholdingProxy } from "../support/withholding-proxy";

it("a device can be removed again if the connection breaks before the other servers know of it", async () => {
  const mosquitto = await Mosquitto.start();
  const proxy = await WithholdingProxy.start(mosquitto.port);
  // The servers send nothing else, so only the removal is in flight.
  const options = { simulate: false, homeAssistant: false };
  const near = await startNightlight({ ...options, id: "near", brokerUrl: mosquitto.url });
  const far = await startNightlight({ ...options, id: "far", brokerUrl: proxy.url });
  try {
    await publish(mosquitto.url, "lamp/telemetry", '{"light":652,"led_on":false}');
    for (const server of [near, far])
      await until("the lamp", async () => (await server.device("lamp")) !== undefined);
    proxy.fromClient.add(PUBLISH);
    const cut = edit(far, "DELETE", "lamp");
    await until("it is on its way", () => proxy.withheld > 0);
    await proxy.cut();
    expect((await cut).status).toBe(503);
    expect(await far.device("lamp")).toBeDefined();
    expect(await near.device("lamp")).toBeDefined();

    await until("a new try", async () => (await edit(far, "DELETE", "lamp")).status === 200);
    for (const server of [near, far])
      await until("no lamp", async () => (await server.device("lamp")) === undefined);
  } finally {
    await far.stop();
    await near.stop();
    await proxy.stop();
    await mosquitto.stop();
  }
});

it("a removal is completed if the connection breaks before the broker has cleared its messages", async () => {
  const mosquitto = await Mosquitto.start();
  const proxy = await WithholdingProxy.start(mosquitto.port);
  const server = await startNightlight(
    { simulate: false, brokerUrl: proxy.url },
    // A device in the list is known even if its history is empty.
    { devices: ["lamp"] },
  );
  try {
    await publish(mosquitto.url, "lamp/status", "offline", "-r");
    await until("the lamp", async () => (await server.device("lamp")) !== undefined);
    const kept = async () =>
      [...(await readRetained(mosquitto.url)).keys()].filter((topic) => topic.includes("lamp"));
    proxy.topics.add("lamp/status");
    const first = edit(server, "DELETE", "lamp");
    await until("it is on its way", () => proxy.withheld === 1);
    expect(await server.device("lamp")).toBeUndefined();
    // A person who gets no answer tries again, while the first removal is still under way.
    const second = edit(server, "DELETE", "lamp");
    await until("it is again", () => proxy.withheld === 2);
    expect(await kept()).toEqual(["lamp/status"]);
    await proxy.cut();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(await kept()).toEqual([]);
    expect((await edit(server, "DELETE", "lamp")).status).toBe(404);
  } finally {
    await server.stop();
    await proxy.stop();
    await mosquitto.stop();
  }
});
