import { describe, expect, it } from "vitest";
import { Button } from "../../../boards/raspberry-pi/button";
import { LineBusy } from "../../../boards/raspberry-pi/gpio-line";
import { GROVE_BASE_HAT } from "../../../boards/raspberry-pi/grove-base-hat";
import { Led } from "../../../boards/raspberry-pi/led";
import { LightSensor } from "../../../boards/raspberry-pi/light-sensor";
import { NO_HEADER } from "../../../boards/raspberry-pi/problems";
import { TaskQueue } from "../../../server/base/task-queue";
import { FakeGroveBaseHat, FakePi } from "./fake-pi";

const PATH = "/dev/i2c-1";

function sensorOn(
  pi: FakePi,
  { address, channel = 0 }: { address?: number; channel?: number } = {},
) {
  const lines: string[] = [];
  const sensor = new LightSensor({
    chip: GROVE_BASE_HAT,
    address,
    channel,
    path: PATH,
    openBus: pi.openBus,
    queue: new TaskQueue(),
    permission: () => ({ user: "ada", group: "i2c" }),
    say: (line, level) => lines.push(`${level}: ${line}`),
  });
  return { sensor, lines };
}

function withHat(address = 0x04) {
  const pi = new FakePi();
  const hat = new FakeGroveBaseHat();
  pi.chips.set(address, hat);
  return { pi, hat };
}

describe("the Grove Base Hat", () => {
  it("is read as the raw value of its channel, which is the lesson's range times four", async () => {
    const { pi, hat } = withHat();
    const { sensor } = sensorOn(pi, { channel: 2 });
    for (const [raw, light] of [
      [0, 0],
      [3, 0],
      [4, 1],
      [3000, 750],
      [4095, 1023],
    ] as const) {
      hat.raw[2] = raw;
      expect(await sensor.sample()).toBe(light);
    }
    expect(pi.traffic.slice(-2)).toEqual(["W 04 12", "R 04 ff 0f"]);
  });

  it("is found at the address of its other microcontroller", async () => {
    const { pi, hat } = withHat(0x08);
    hat.raw[0] = 2608;
    const { sensor, lines } = sensorOn(pi);
    expect(await sensor.sample()).toBe(652);
    expect(await sensor.sample()).toBe(652);
    expect(lines).toEqual(["info: Reading channel 0 of the Grove Base Hat at 0x08 on /dev/i2c-1"]);
    expect(pi.traffic).toHaveLength(4);
  });

  it("has no value of more than 12 bits: a floating bus reads as ones", async () => {
    const { pi, hat } = withHat();
    hat.raw[0] = 0xffff;
    const { sensor, lines } = sensorOn(pi);
    expect(await sensor.sample()).toBeUndefined();
    expect(lines).toEqual([
      "warn: light sensor: the Grove Base Hat: expected 0 to 4095, got 65535",
    ]);
  });
});

describe("a light sensor", () => {
  it("is reported missing once, after a few tries, and used again when it is back", async () => {
    const { pi, hat } = withHat();
    hat.raw[0] = 400;
    const { sensor, lines } = sensorOn(pi);
    await sensor.sample();
    lines.length = 0;
    pi.chips.clear();
    // The sensor repeats its last value for a few failed samples, so a loose plug is not reported.
    for (let glitch = 0; glitch < 3; glitch++) expect(await sensor.sample()).toBe(100);
    pi.chips.set(0x04, hat);
    expect(await sensor.sample()).toBe(100);
    expect(lines).toEqual([]);
    pi.chips.clear();
    for (let glitch = 0; glitch < 3; glitch++) await sensor.sample();
    for (let gone = 0; gone < 5; gone++) expect(await sensor.sample()).toBeUndefined();
    pi.chips.set(0x08, hat);
    expect(await sensor.sample()).toBe(100);
    expect(lines).toEqual([
      "warn: light sensor: the Grove Base Hat does not answer at 0x04 or 0x08 on /dev/i2c-1: is it plugged in? sudo i2cdetect -y 1 shows what is there",
      "info: Reading channel 0 of the Grove Base Hat at 0x08 on /dev/i2c-1",
      "info: light sensor is back",
    ]);
    sensor.close();
    expect(pi.openBuses).toBe(0);
  });

  it("is reported at its real address if another one is configured", async () => {
    const { pi } = withHat(0x04);
    const { sensor, lines } = sensorOn(pi, { address: 0x08 });
    expect(await sensor.sample()).toBeUndefined();
    expect(lines).toEqual([
      "warn: light sensor: the Grove Base Hat does not answer at 0x08 on /dev/i2c-1, but at 0x04: write that into pi.address of the configuration",
    ]);
  });

  it.each([
    ["ENOENT", "there is no /dev/i2c-1: switch I2C on with sudo raspi-config nonint do_i2c 0"],
    ["EACCES", "/dev/i2c-1: not permitted: sudo usermod -aG i2c ada, then log out and in"],
    ["EMFILE", "/dev/i2c-1: EMFILE"],
  ])("tells how to fix a bus that can't be opened: %s", async (code, problem) => {
    const { pi } = withHat();
    pi.openError = code;
    const { sensor, lines } = sensorOn(pi);
    for (let tries = 0; tries < 3; tries++) expect(await sensor.sample()).toBeUndefined();
    expect(lines).toEqual([`warn: light sensor: ${problem}`]);
    pi.openError = undefined;
    expect(await sensor.sample()).toBe(0);
  });

  it.each([
    [
      "ETIMEDOUT",
      "the Grove Base Hat does not answer at 0x04 or 0x08 on /dev/i2c-1: is it plugged in, or does another part hold the bus? sudo i2cdetect -y 1 shows what is there",
    ],
    ["ENOMEM", "the Grove Base Hat at 0x04 or 0x08 on /dev/i2c-1: ENOMEM"],
  ])("tells how to fix a transfer that fails: %s", async (code, problem) => {
    const { pi } = withHat();
    pi.transferError = code;
    const { sensor, lines } = sensorOn(pi);
    await sensor.sample();
    expect(lines).toEqual([`warn: light sensor: ${problem}`]);
  });

  it("does not catch errors other than those of the bus", async () => {
    const { pi } = withHat();
    pi.openBus = () => {
      throw new TypeError("a mistake of ours");
    };
    await expect(sensorOn(pi).sensor.sample()).rejects.toThrow("a mistake of ours");
  });
});

describe("an LED", () => {
  function ledOn(pi: FakePi, path: () => string | undefined = () => "/dev/gpiochip0") {
    const lines: string[] = [];
    const led = new Led({
      line: 5,
      path,
      missing: NO_HEADER,
      open: pi.openLine,
      permission: () => ({ user: "ada", group: "gpio" }),
      say: (line, level) => lines.push(`${level}: ${line}`),
    });
    return { led, lines };
  }

  it("is switched, and turned off at the end", () => {
    const pi = new FakePi();
    const { led, lines } = ledOn(pi);
    led.show(false);
    expect(pi).toMatchObject({ isDriven: true, isHigh: false });
    led.show(true);
    expect(pi.isHigh).toBe(true);
    led.close();
    expect(pi).toMatchObject({ isDriven: false, isHigh: false });
    expect(lines).toEqual([]);
  });

  it("is reported once if another program has its pin, and shown when the pin is free", () => {
    const pi = new FakePi();
    pi.consumer = "lamp.py";
    const { led, lines } = ledOn(pi);
    for (let tries = 0; tries < 3; tries++) led.show(true);
    pi.consumer = "";
    led.show(true);
    pi.consumer = undefined;
    led.show(true);
    expect(pi.isHigh).toBe(true);
    expect(lines).toEqual([
      'warn: LED: GPIO 5 is in use by "lamp.py": end it, or choose another pi.ledGpio (sudo gpioinfo /dev/gpiochip0)',
      "warn: LED: GPIO 5 is in use by another program or the kernel: end it, or choose another pi.ledGpio (sudo gpioinfo /dev/gpiochip0)",
      "info: LED is back",
    ]);
  });

  it("is switched again when its GPIO chip is back", () => {
    const pi = new FakePi();
    const { led, lines } = ledOn(pi);
    led.show(true);
    pi.lineError = "ENODEV";
    led.show(false);
    led.show(true);
    pi.lineError = undefined;
    led.show(true);
    expect(pi.isHigh).toBe(true);
    expect(lines).toEqual(["warn: LED: there is no /dev/gpiochip0", "info: LED is back"]);
  });

  it.each([
    [
      "EACCES",
      "gpio",
      "/dev/gpiochip0: not permitted: sudo usermod -aG gpio ada, then log out and in",
    ],
    ["ENOENT", "gpio", "there is no /dev/gpiochip0"],
    // /dev/null in place of a GPIO chip causes this error.
    [
      "ENOTTY",
      "gpio",
      "/dev/gpiochip0 is no GPIO chip: expected one such as /dev/gpiochip0 in pi.gpioChip",
    ],
    ["EINVAL", "gpio", "/dev/gpiochip0 has no GPIO 5, or its kernel is older than 5.10"],
  ])("names the missing group", (code, _group, problem) => {
    const pi = new FakePi();
    pi.lineError = code;
    const { led, lines } = ledOn(pi);
    led.show(true);
    led.close();
    expect(lines).toEqual([`warn: LED: ${problem}`]);
  });

  it("reports that the computer is not a Raspberry Pi", () => {
    const { led, lines } = ledOn(new FakePi(), () => undefined);
    led.show(true);
    led.show(true);
    expect(lines).toEqual([
      "warn: LED: found no GPIO chip of a Raspberry Pi: write the path of another one into pi.gpioChip of the configuration",
    ]);
  });
});

describe("a button", () => {
  function buttonOn(pi: FakePi) {
    const lines: string[] = [];
    const button = new Button({
      line: 16,
      path: () => "/dev/gpiochip0",
      missing: NO_HEADER,
      open: pi.openButton,
      permission: () => ({ user: "ada", group: "gpio" }),
      say: (line, level) => lines.push(`${level}: ${line}`),
    });
    const look = (isPressed: boolean) => {
      pi.isPressed = isPressed;
      return button.wentDown();
    };
    return { button, lines, look };
  }

  it("counts once, however long it is held, and however it bounces between two samples", () => {
    const { look } = buttonOn(new FakePi());
    expect([false, true, true, true, false, false, true].map(look)).toEqual([
      ...[false, true, false, false, false, false, true],
    ]);
  });

  it("does not count if it is held at the start", () => {
    const { look } = buttonOn(new FakePi());
    expect([true, true, false, true].map(look)).toEqual([false, false, false, true]);
  });

  it("does not count while its GPIO chip is gone, and works again when the chip is back", () => {
    const pi = new FakePi();
    const { button, lines, look } = buttonOn(pi);
    look(false);
    pi.lineError = "ENODEV";
    expect([true, true].map(look)).toEqual([false, false]);
    expect(button.isThere).toBe(false);
    pi.lineError = undefined;
    expect([true, false, true].map(look)).toEqual([false, false, true]);
    expect(lines).toEqual(["warn: button: there is no /dev/gpiochip0", "info: button is back"]);
    button.close();
    expect(button.isThere).toBe(false);
  });

  it("names the configuration field of its pin in errors", () => {
    const pi = new FakePi();
    pi.openButton = () => {
      throw new LineBusy("lamp.py");
    };
    const { lines, look } = buttonOn(pi);
    look(false);
    expect(lines).toEqual([
      'warn: button: GPIO 16 is in use by "lamp.py": end it, or choose another pi.buttonGpio (sudo gpioinfo /dev/gpiochip0)',
    ]);
  });
});
