import { describe, expect, it } from "vitest";
import { ADS1115 } from "../../../boards/raspberry-pi/ads1115";
import type { Chip } from "../../../boards/raspberry-pi/chip";
import { LightSensor } from "../../../boards/raspberry-pi/light-sensor";
import { MCP3008 } from "../../../boards/raspberry-pi/mcp3008";
import { TaskQueue } from "../../../server/base/task-queue";
import { FakeAds1115, FakeMcp3008 } from "./fake-chips";
import { FakePi } from "./fake-pi";

function sensorWith(
  pi: FakePi,
  chip: Chip,
  channel = 0,
  address?: number,
  queue = new TaskQueue(),
) {
  const lines: string[] = [];
  const isSpi = chip.addresses.length === 0;
  const sensor = new LightSensor({
    ...{ chip, address, channel, queue },
    path: isSpi ? "/dev/spidev0.0" : "/dev/i2c-1",
    openBus: isSpi ? pi.openSpi : pi.openBus,
    permission: () => ({ user: "ada", group: isSpi ? "spi" : "i2c" }),
    say: (line, level) => lines.push(`${level}: ${line}`),
  });
  return { sensor, lines };
}

describe("the ADS1115", () => {
  function withChip(address = 0x48) {
    const pi = new FakePi();
    const chip = new FakeAds1115(() => pi.waitedMs);
    pi.chips.set(address, chip);
    return { pi, chip };
  }

  it("measures its input against ground in single shots, with 3.3 V as the lesson's 1023", async () => {
    const { pi, chip } = withChip();
    const { sensor } = sensorWith(pi, ADS1115, 2);
    for (const [volts, light] of [
      [0, 0],
      [-0.004, 0],
      [0.001, 0],
      [1.65, 512],
      [3.2985, 1023],
      [3.3, 1023],
    ] as const) {
      chip.volts[2] = volts;
      expect(await sensor.sample()).toBe(light);
    }
  });

  it("measures for several devices, each on its own input", async () => {
    const { pi, chip } = withChip();
    const queue = new TaskQueue();
    const both = [0, 3].map((channel) => sensorWith(pi, ADS1115, channel, 0x48, queue));
    chip.volts.splice(0, 4, 3.3, 0, 0, 1.65);
    for (let times = 0; times < 3; times++)
      expect(await Promise.all(both.map(({ sensor }) => sensor.sample()))).toEqual([1023, 512]);
    // If one device's transfer fails, the other device still gets its turn.
    pi.transferError = "EIO";
    await Promise.all(both.map(({ sensor }) => sensor.sample()));
    pi.transferError = undefined;
    expect(await Promise.all(both.map(({ sensor }) => sensor.sample()))).toEqual([1023, 512]);
  });

  it("gets the requests that its datasheet describes", async () => {
    const { pi, chip } = withChip();
    chip.volts[0] = 1;
    await sensorWith(pi, ADS1115).sensor.sample();
    // The configuration is OS, MUX 100, PGA 001, single shot, 860 samples a second, no comparator.
    // With this gain, 1 V is 8000 steps.
    expect(pi.traffic).toEqual(["W 48 01 c3 e3", "W 48 01", "R 48 c3 e3", "W 48 00", "R 48 1f 40"]);
  });

  it("gets more time if a conversion takes longer, but not unlimited time", async () => {
    const { pi, chip } = withChip();
    let isSlow = 3;
    chip.read = new Proxy(chip.read.bind(chip), {
      apply: (read, _, [count]: [number]) => {
        const [high = 0, low = 0] = read(count);
        return isSlow-- > 0 ? [high & 0x7f, low] : [high, low];
      },
    });
    chip.volts[0] = 3.3;
    const { sensor, lines } = sensorWith(pi, ADS1115);
    expect(await sensor.sample()).toBe(1023);
    isSlow = 1000;
    for (let tries = 0; tries < 4; tries++) await sensor.sample();
    expect(lines.at(-1)).toBe(
      "warn: light sensor: the ADS1115: expected a value within 20 ms, got none",
    );
  });

  it("is found at each of its four addresses", async () => {
    const { pi } = withChip(0x4b);
    const { sensor, lines } = sensorWith(pi, ADS1115);
    expect(await sensor.sample()).toBe(0);
    expect(lines).toEqual(["info: Reading channel 0 of the ADS1115 at 0x4b on /dev/i2c-1"]);
    expect(await sensorWith(pi, ADS1115, 0, 0x48).sensor.sample()).toBeUndefined();
  });

  it("is reported if another chip answers, or another program changes its set-up", async () => {
    const { pi, chip } = withChip();
    chip.write = () => undefined;
    chip.config = 0x0000;
    const { sensor, lines } = sensorWith(pi, ADS1115);
    chip.read = () => [0xff, 0xff];
    expect(await sensor.sample()).toBeUndefined();
    expect(lines).toEqual([
      "warn: light sensor: the ADS1115: expected 0x43e3 as its set-up, got 0xffff",
    ]);
  });
});

describe("the MCP3008", () => {
  function withChip() {
    const pi = new FakePi();
    const chip = new FakeMcp3008();
    pi.spi = chip;
    return { pi, chip };
  }

  it("has the lesson's range by default", async () => {
    const { pi, chip } = withChip();
    for (const [volts, light] of [
      [0, 0],
      [0.0033, 1],
      [1.65, 512],
      [3.3, 1023],
    ] as const) {
      chip.volts[5] = volts;
      // The result must not depend on the data line's level while nothing drives the line.
      for (chip.pull of [0, 1])
        expect(await sensorWith(pi, MCP3008, 5).sensor.sample()).toBe(light);
    }
    expect(pi.traffic.at(-1)).toBe("X 01 d0 00 > ff fb ff");
  });

  it("is missed if it is unplugged and its line is pulled up, and used again when it is back", async () => {
    const { pi, chip } = withChip();
    chip.pull = 1;
    chip.volts[0] = 3.3;
    const { sensor, lines } = sensorWith(pi, MCP3008);
    await sensor.sample();
    chip.isThere = false;
    for (let tries = 0; tries < 3; tries++) expect(await sensor.sample()).toBe(1023);
    expect(await sensor.sample()).toBeUndefined();
    chip.isThere = true;
    expect(await sensor.sample()).toBe(1023);
    expect(lines).toEqual([
      "info: Reading channel 0 of the MCP3008 on /dev/spidev0.0",
      "warn: light sensor: the MCP3008: does not answer: is it plugged in, with DOUT on GPIO 9?",
      "info: light sensor is back",
    ]);
  });

  it.each([
    ["ENOENT", "there is no /dev/spidev0.0: switch SPI on with sudo raspi-config nonint do_spi 0"],
    ["EACCES", "/dev/spidev0.0: not permitted: sudo usermod -aG spi ada, then log out and in"],
  ])("tells how to fix its bus: %s", async (code, problem) => {
    const { pi } = withChip();
    pi.openError = code;
    const { sensor, lines } = sensorWith(pi, MCP3008);
    expect(await sensor.sample()).toBeUndefined();
    pi.openError = undefined;
    expect(await sensor.sample()).toBe(0);
    expect(lines[0]).toBe(`warn: light sensor: ${problem}`);
    expect(lines.at(-1)).toBe("info: light sensor is back");
  });

  it("reports its bus's error, without mentioning I2C", async () => {
    const { pi } = withChip();
    pi.transferError = "ETIMEDOUT";
    const { sensor, lines } = sensorWith(pi, MCP3008);
    await sensor.sample();
    expect(lines).toEqual(["warn: light sensor: the MCP3008 on /dev/spidev0.0: ETIMEDOUT"]);
  });
});
