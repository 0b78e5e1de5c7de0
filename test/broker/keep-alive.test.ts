import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EmbeddedBroker } from "../support/embedded-broker";
import { RawMqtt } from "../support/raw-mqtt";
import { until } from "../support/until";

describe("the keep-alive of a client", () => {
  let broker: EmbeddedBroker;
  let client: RawMqtt;

  beforeEach(async () => {
    broker = await EmbeddedBroker.start();
    client = RawMqtt.open(broker.port);
  });

  afterEach(async () => {
    await client.stop();
    await broker.stop();
  });

  it("does not expire while the broker's process is blocked", async () => {
    expect(await client.connect({ keepalive: 2 })).toBe(0);
    client.send({ cmd: "pingreq" });
    // Blocks the whole process, as on a suspended or overloaded machine.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000);
    await until("an answer", () => client.closed || client.received.length > 1);
    expect(client.received[1]).toMatchObject({ cmd: "pingresp" });
    // The keep-alive still expires for a silent client.
    await client.untilClosed();
  });
});
