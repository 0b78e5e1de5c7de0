import { afterEach, describe, expect, it } from "vitest";
import { startDevice, type TestDevice } from "../support/device";
import { Mosquitto } from "../support/mosquitto";
import { startNightlight } from "../support/nightlight";
import { until } from "../support/until";
import { Witness } from "../support/witness";

describe("a device without a server", () => {
  let mosquitto: Mosquitto;
  let own: TestDevice;

  afterEach(async () => {
    await own.device.stop();
    await mosquitto.stop();
    expect(own.panics).toEqual([]);
  });

  async function untilFollowingLight(): Promise<void> {
    own.device.lightRaw = 100;
    await until("LED on", () => own.device.ledOn);
    own.device.lightRaw = 800;
    await until("LED off", () => !own.device.ledOn);
  }

  it("decides alone when the broker is gone", async () => {
    mosquitto = await Mosquitto.start();
    own = await startDevice("alone-1", mosquitto.url);
    await until("connected", () => own.log.includes("Connected"));
    own.device.lightRaw = 100;
    await mosquitto.kill("SIGKILL");
    await until("alone", () => own.log.includes("No server: deciding for myself"));
    await untilFollowingLight();
  });

  it("decides alone when only the server is gone, reports that, and hands back", async () => {
    mosquitto = await Mosquitto.start();
    const options = { brokerUrl: mosquitto.url, simulate: false };
    const first = await startNightlight(options);
    const witness = await Witness.connect(mosquitto.url, "alone-2/state");
    own = await startDevice("alone-2", mosquitto.url);
    await witness.untilSeen("alone-2/state", /"decided_by":"server"/);
    await first.stop();
    await witness.untilSeen("alone-2/state", /"decided_by":"device"/);
    await untilFollowingLight();

    const from = witness.seen.length;
    const second = await startNightlight(options);
    own.device.lightRaw = 100;
    await witness.untilSeen("alone-2/state", /"led_on":true,"decided_by":"server"/, from);
    expect((await second.device("alone-2"))?.state?.decided_by).toBe("server");
    await second.stop();
    await witness.untilSeen("alone-2/state", /"decided_by":"device"/, witness.seen.length);

    // The LED is right, so the third server sends no command.
    const before = witness.seen.length;
    const third = await startNightlight(options);
    await witness.untilSeen("alone-2/state", /"led_on":true,"decided_by":"server"/, before);
    await witness.stop();
    await third.stop();
  });

  it("obeys a lesson's server, although another server's offline status is retained", async () => {
    mosquitto = await Mosquitto.start();
    const ours = await startNightlight({ brokerUrl: mosquitto.url, simulate: false });
    await ours.stop();
    own = await startDevice("alone-3", mosquitto.url);
    await until("alone", () => own.log.includes("No server: deciding for myself"));
    const lesson = await Witness.connect(mosquitto.url, "alone-3/telemetry");
    // The lesson's server has the opposite rule here: it switches the LED on when it is bright.
    await lesson.publish("alone-3/commands", '{"led_on": true}');
    await until("handed over", () => own.log.includes("The server decides again"));
    await until("LED on", () => own.device.ledOn);
    await lesson.stop();
  });
});
