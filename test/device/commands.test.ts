import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startDevice, type TestDevice } from "../support/device";
import { Mosquitto } from "../support/mosquitto";
import { until } from "../support/until";
import { Witness } from "../support/witness";

const ID = "cmd-1";

describe("commands to the device", () => {
  let mosquitto: Mosquitto;
  let own: TestDevice;
  let witness: Witness;
  let boot: number;

  beforeEach(async () => {
    mosquitto = await Mosquitto.start("allow_anonymous true\n");
    witness = await Witness.connect(mosquitto.url);
    own = await startDevice(ID, mosquitto.url);
    await until("telemetry", () => witness.payloads(`${ID}/telemetry`).length > 0);
    ({ boot } = JSON.parse(witness.payloads(`${ID}/telemetry`)[0] ?? "") as { boot: number });
  });

  afterEach(async () => {
    await own.device.stop();
    await witness.stop();
    await mosquitto.stop();
    expect(own.panics).toEqual([]);
  });

  async function send(command: object): Promise<void> {
    const count = own.log.filter((line) => line.startsWith("Message received: ")).length;
    await witness.publish(`${ID}/commands`, JSON.stringify(command));
    await until("the device has it", () => {
      return own.log.filter((line) => line.startsWith("Message received: ")).length > count;
    });
  }

  const ignored = () => own.log.filter((line) => line.startsWith("Command ignored: "));

  it("are ignored if they answer an older reading than the last one, or another run's", async () => {
    await send({ led_on: true, seq: 7, boot });
    await until("LED on", () => own.device.ledOn);
    await send({ led_on: false, seq: 6, boot });
    await send({ led_on: false, seq: 900, boot: boot + 1 });
    await until("both are ignored", () => ignored().length === 2);
    expect(own.device.ledOn).toBe(true);
    await send({ led_on: false, seq: 8, boot });
    await until("LED off", () => !own.device.ledOn);
  });

  it("with an id are done once, in order, and reported, also after a restart", async () => {
    await send({ led_on: true, id: 1 });
    await witness.untilSeen(`${ID}/state`, /"led_on":true.*"id":1\b/);
    await send({ led_on: false, id: 2 });
    await witness.untilSeen(`${ID}/state`, /"led_on":false.*"id":2\b/);
    await send({ led_on: true, id: 1 });
    await send({ led_on: true, id: 2 });
    await until("both are ignored", () => ignored().length === 2);
    await until("the lamp is off", () => !own.device.ledOn);
  });

  it("reach the device when it comes back", async () => {
    const { device } = own;
    await device.stop();
    await witness.untilSeen(`${ID}/status`, /^offline$/);
    await witness.client.publishAsync(`${ID}/commands`, '{"led_on":true,"id":5}', { qos: 1 });
    own = await startDevice(ID, mosquitto.url);
    await until("LED on", () => own.device.ledOn);
    await witness.untilSeen(`${ID}/state`, /"led_on":true.*"id":5\b/);
  });
});

describe("status and state", () => {
  it("are retained, and the will reports offline", async () => {
    const mosquitto = await Mosquitto.start();
    const own = await startDevice("st-1", mosquitto.url);
    await until("connected", () => own.log.some((line) => line.startsWith("Sending telemetry")));
    const late = await Witness.connect(mosquitto.url, "st-1/+");
    await late.untilSeen("st-1/status", /^online$/);
    await late.untilSeen(
      "st-1/state",
      /"fw":"\d+\.\d+\.\d+","uptime_s":\d+,"reconnects":0,"outbox":\d+,"program":"[0-9a-f]{8}"\}$/,
    );
    expect(late.seen.filter(({ retain }) => retain).length).toBe(2);
    await own.device.stop();
    await late.untilSeen("st-1/status", /^offline$/);
    await late.stop();
    await mosquitto.stop();
  });
});
