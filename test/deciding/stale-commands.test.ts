import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Mosquitto } from "../support/mosquitto";
import { type Started, startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { PUBACK, PUBLISH, WithholdingProxy } from "../support/withholding-proxy";
import { Witness } from "../support/witness";

const ON = '{"led_on":true}';
const OFF = '{"led_on":false}';

describe("a server that loses its broker with commands in flight", () => {
  let mosquitto: Mosquitto;
  let proxy: WithholdingProxy;
  let nightlight: Started;
  let lamp: Witness;

  beforeEach(async () => {
    mosquitto = await Mosquitto.start();
    proxy = await WithholdingProxy.start(mosquitto.port);
    nightlight = await startNightlight({ brokerUrl: proxy.url, simulate: false });
    lamp = await Witness.connect(mosquitto.url);
  });

  afterEach(async () => {
    await nightlight.stop();
    await lamp.stop();
    await proxy.stop();
    await mosquitto.stop();
  });

  async function telemetry(id: string, reading: object): Promise<void> {
    await lamp.client.publishAsync(`${id}/telemetry`, JSON.stringify(reading), { qos: 1 });
  }

  /** Waits until the server has sent all messages that follow a reconnect. */
  async function untilBack(): Promise<void> {
    await until("connected again", () =>
      nightlight.log.some((line) => line.startsWith("Connected again")),
    );
    await telemetry("other", { light: 100 });
    await lamp.untilSeen("other/commands", /true/);
  }

  it("does not repeat an answer after a newer command from another client", async () => {
    proxy.fromBroker.add(PUBACK);
    await telemetry("lamp", { light: 100 });
    await lamp.untilSeen("lamp/commands", /true/);
    await until("its acknowledgement is withheld", () => proxy.withheld > 0);
    await proxy.cut();
    await lamp.client.publishAsync("lamp/commands", OFF);
    await untilBack();
    expect(lamp.payloads("lamp/commands")).toEqual([ON, OFF]);
    await until("it has made up its mind", () =>
      nightlight.log.some((line) => line.startsWith("Not repeated after the outage: 1 command")),
    );
    await telemetry("another", { light: 100 });
    await lamp.untilSeen("another/commands", /true/);
    expect(lamp.payloads("lamp/commands")).toEqual([ON, OFF]);
  });

  it("answers the repeated reading, because its answer was lost", async () => {
    const reading = { light: 100, led_on: false, seq: 7, boot: 5 };
    proxy.fromClient.add(PUBLISH).add(PUBACK);
    await telemetry("counts", reading);
    await until("the answer is withheld", () => proxy.withheld >= 2);
    await proxy.cut();
    await lamp.untilSeen("counts/commands", /^{"led_on":true,"seq":7,"boot":5}$/);
    await untilBack();
    expect(lamp.payloads("counts/commands")).toHaveLength(1);
  });

  it("repeats a person's command, unless the device has sent a reading since", async () => {
    proxy.fromClient.add(PUBLISH);
    await telemetry("a", { light: 900 });
    await telemetry("b", { light: 900 });
    await until("the answers are withheld", () => proxy.withheld >= 2);
    for (const id of ["a", "b"])
      expect((await nightlight.command(id, { led_on: true })).status).toBe(202);
    // For each device, the command and its retained copy are withheld.
    await until("the commands are withheld", () => proxy.withheld >= 6);
    await proxy.cut();
    await telemetry("b", { light: 800 });
    await lamp.untilSeen("a/commands", /true/);
    await untilBack();
    expect(lamp.payloads("a/commands")).toEqual([ON]);
    expect(lamp.payloads("b/commands")).toEqual([OFF]);
    // The retained copies have arrived, too.
    await lamp.untilSeen("a/desired", /true/);
    await lamp.untilSeen("b/desired", /./);
  });
});
