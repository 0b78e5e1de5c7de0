import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Button } from "../../../boards/raspberry-pi/button";
import { PiDevice, type PiDeviceOptions } from "../../../boards/raspberry-pi/device";
import { PiDevices } from "../../../boards/raspberry-pi/devices";
import { GROVE_BASE_HAT } from "../../../boards/raspberry-pi/grove-base-hat";
import { Led } from "../../../boards/raspberry-pi/led";
import { LightSensor } from "../../../boards/raspberry-pi/light-sensor";
import { NO_HEADER } from "../../../boards/raspberry-pi/problems";
import { compileFirmware } from "../../../boards/tools/firmware/compile";
import { TaskQueue } from "../../../server/base/task-queue";
import { EmbeddedBroker } from "../../support/embedded-broker";
import { folderForAll } from "../../support/folder";
import { until } from "../../support/until";
import { Witness } from "../../support/witness";
import { FakeGroveBaseHat, FakePi } from "./fake-pi";

describe("the firmware on a Raspberry Pi, with a fake bus and a fake pin", () => {
  const pi = new FakePi();
  const hat = new FakeGroveBaseHat();
  const log: string[] = [];
  const dataDir = folderForAll();
  let broker: EmbeddedBroker;
  let witness: Witness;

  beforeAll(async () => {
    broker = await EmbeddedBroker.start();
    witness = await Witness.connect(broker.url);
    pi.chips.set(0x04, hat);
  });

  afterAll(async () => {
    await witness.stop();
    await broker.stop();
  });

  const say = (line: string) => log.push(line);
  const queue = new TaskQueue();
  const parts = (channel = 0, pins = pi) => ({
    sensor: new LightSensor({
      chip: GROVE_BASE_HAT,
      address: undefined,
      channel,
      path: "/dev/i2c-1",
      openBus: pi.openBus,
      queue,
      permission: () => ({ user: "ada", group: "i2c" }),
      say,
    }),
    led: new Led({
      line: 5,
      path: () => "/dev/gpiochip0",
      missing: NO_HEADER,
      open: pins.openLine,
      permission: () => ({ user: "ada", group: "gpio" }),
      say,
    }),
    button: new Button({
      line: 16,
      path: () => "/dev/gpiochip0",
      missing: NO_HEADER,
      open: pins.openButton,
      permission: () => ({ user: "ada", group: "gpio" }),
      say,
    }),
  });

  async function optionsOf(
    id: string,
    settings: Record<string, string> = {},
    realParts = parts(),
  ): Promise<PiDeviceOptions> {
    return {
      bytecode: await compileFirmware(),
      settings: { ID: id, BROKER: broker.url, ...settings },
      config: { broker: "embedded", topicPrefix: "" },
      parts: realParts,
      dataDir,
      say,
      onLog: say,
      onFault: (error) => {
        throw error;
      },
    };
  }

  const start = async () => PiDevice.start(await optionsOf("pi-1"));

  const lights = () =>
    witness.payloads("pi-1/telemetry").map((text) => (JSON.parse(text) as { light: number }).light);
  const untilReported = (light: number) => until(`light ${light}`, () => lights().at(-1) === light);
  const command = (fields: object) => witness.publish("pi-1/commands", JSON.stringify(fields));

  it("reports the light, obeys commands, reports a missing sensor, and remembers the last order", async () => {
    hat.raw[0] = 2608;
    const first = await start();
    await untilReported(652);
    hat.raw[0] = 400;
    await untilReported(100);
    await command({ led_on: true });
    await until("the LED is on", () => pi.isHigh);
    await until(
      "it says so",
      () => witness.payloads("pi-1/state").at(-1)?.includes('"led_on":true') ?? false,
    );

    pi.isPressed = true;
    await until("the button has switched it off", () => !pi.isHigh);
    pi.isPressed = false;
    // The button has switched the LED off. The LED stays off until a command changes the decision.
    await command({ led_on: false });
    await until("it is told", () => log.includes('> Message received: {"led_on":false}'));
    await command({ led_on: true });
    await until("the LED is on again", () => pi.isHigh);

    await expect(start()).rejects.toThrow(
      `--data ${dataDir}: in use by another nightlight, choose another folder`,
    );

    pi.chips.clear();
    await until("the sensor is missed", () => log.some((line) => line.includes("does not answer")));
    // The device is still online, only without a light reading.
    await command({ led_on: false });
    await until("the LED is off", () => !pi.isHigh);
    // When this state arrives, all messages published before it have arrived, too.
    await until(
      "it says so",
      () => witness.payloads("pi-1/state").at(-1)?.includes('"led_on":false') ?? false,
    );
    const { length } = lights();
    hat.raw[0] = 1200;
    pi.chips.set(0x04, hat);
    await untilReported(300);
    expect(new Set(lights().slice(length))).toEqual(new Set([300]));

    await command({ led_on: true, id: 7 });
    await until("the order is done", () => pi.isHigh);
    await until(
      "and kept",
      () => witness.payloads("pi-1/state").at(-1)?.includes('"id":7') ?? false,
    );
    await first.stop();
    expect(pi).toMatchObject({ isDriven: false, isHigh: false, openBuses: 0 });

    log.length = 0;
    const second = await start();
    await until("it is back", () => log.includes("> Connected"));
    await command({ led_on: true, id: 7 });
    await until("it knows the order", () => log.some((line) => line.includes("Command ignored")));
    expect(pi.isHigh).toBe(false);
    await second.stop();
  });

  it("can run as several devices, each with its own id, input and LED", async () => {
    const pins = new FakePi();
    const both = [await optionsOf("desk"), await optionsOf("hall", {}, parts(2, pins))];
    hat.raw[0] = 2608;
    hat.raw[2] = 400;
    const devices = await PiDevices.start(both);
    await witness.untilSeen("desk/telemetry", /"light":652,/);
    await witness.untilSeen("hall/telemetry", /"light":100,/);
    await witness.publish("hall/commands", '{"led_on":true}');
    await until("the LED in the hall is on", () => pins.isHigh);
    expect(pi.isHigh).toBe(false);
    await witness.publish("desk/commands", '{"led_on":true}');
    await until("the LED on the desk is on", () => pi.isHigh);

    // The "attic" device can be started, but `both[0]` can't, because its folder is in use. The
    // parts of "attic" must be released again.
    const free = new FakePi();
    const more = [await optionsOf("attic", {}, parts(4, free)), both[0] as PiDeviceOptions];
    await expect(PiDevices.start(more)).rejects.toThrow(/in use by another nightlight/);
    expect(free.isDriven).toBe(false);

    await devices.stop();
    for (const pin of [pi, pins]) expect(pin).toMatchObject({ isDriven: false, isHigh: false });
    expect(pi.openBuses).toBe(0);
  });
});
