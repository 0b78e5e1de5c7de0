import { describe, expect, it } from "vitest";
import { Led } from "../../../boards/raspberry-pi/led";
import { noPwmProblem } from "../../../boards/raspberry-pi/problems";
import { headerPwm, PwmLine } from "../../../boards/raspberry-pi/pwm";
import { PWM_GPIOS, type PwmGpio } from "../../../server/setup/pi-parts";
import { FakePwmChip, FakeSysfs } from "./fake-sysfs";

const PI_4 = "fe20c000.pwm";
const PI_5 = "1f00098000.pwm";

function dimmable(sysfs: FakeSysfs, gpio: PwmGpio = 12) {
  const lines: string[] = [];
  const led = new Led({
    line: gpio,
    path: () => headerPwm(sysfs),
    missing: noPwmProblem(gpio),
    open: (path) => PwmLine.open(sysfs, path, gpio, 0.07),
    permission: () => ({ user: "ada", group: "gpio" }),
    say: (line, level) => lines.push(`${level}: ${line}`),
  });
  return { led, lines };
}

describe("a dimmable LED on a Raspberry Pi", () => {
  it.each([
    // The second column has another PWM chip of the Pi, for the sound or the fan.
    ["2020c000.pwm", "0.sound", 2, { 12: 0, 13: 1, 18: 0, 19: 1 }],
    ["3f20c000.pwm", "0.sound", 2, { 12: 0, 13: 1, 18: 0, 19: 1 }],
    [PI_4, "fe20c800.pwm", 2, { 12: 0, 13: 1, 18: 0, 19: 1 }],
    [PI_5, "1f0009c000.pwm", 4, { 12: 0, 13: 1, 18: 2, 19: 3 }],
  ])("uses the PWM channel of its pin: %s", (device, other, count, channels) => {
    for (const gpio of PWM_GPIOS) {
      const chip = new FakePwmChip(device, count);
      const sysfs = new FakeSysfs(new FakePwmChip(other, count), chip);
      const { led, lines } = dimmable(sysfs, gpio);
      led.show(true);
      expect(chip.brightness(channels[gpio])).toBeCloseTo(0.07, 9);
      expect([...chip.channels.keys()]).toEqual([channels[gpio]]);
      expect(lines).toEqual([]);
    }
  });

  it("turns off and on, and at the end it is off and its channel is free", () => {
    const chip = new FakePwmChip(PI_4, 2);
    const { led } = dimmable(new FakeSysfs(chip));
    led.show(false);
    expect(chip.channels.get(0)).toEqual({ periodNs: 1_000_000, dutyNs: 0, isEnabled: true });
    led.show(true);
    expect(chip.channels.get(0)?.dutyNs).toBe(70_000);
    led.show(false);
    expect(chip.brightness(0)).toBe(0);
    led.show(true);
    led.close();
    expect(chip.channels.size).toBe(0);
  });

  it.each([
    [{ periodNs: 1_000_000, dutyNs: 70_000, isEnabled: true }],
    [{ periodNs: 20_000_000, dutyNs: 15_000_000, isEnabled: true }],
    [{ periodNs: 0, dutyNs: 0, isEnabled: false }],
  ])("accepts a channel that was left exported: %j", (left) => {
    const chip = new FakePwmChip(PI_4, 2);
    chip.channels.set(0, { ...left });
    const { led, lines } = dimmable(new FakeSysfs(chip));
    led.show(false);
    expect(chip.channels.get(0)).toEqual({ periodNs: 1_000_000, dutyNs: 0, isEnabled: true });
    led.show(true);
    expect(chip.brightness(0)).toBeCloseTo(0.07, 9);
    expect(lines).toEqual([]);
  });

  it("says what to add if the system has no PWM on the pins, and works once it is there", () => {
    const sysfs = new FakeSysfs(new FakePwmChip("1f0009c000.pwm", 4));
    const { led, lines } = dimmable(sysfs, 18);
    for (let times = 0; times < 3; times++) led.show(true);
    const chip = new FakePwmChip(PI_5, 4);
    sysfs.chips.push(chip);
    led.show(true);
    expect(chip.brightness(2)).toBeCloseTo(0.07, 9);
    expect(lines).toEqual([
      "warn: LED: there is no PWM on GPIO 18: add dtoverlay=pwm,pin=18,func=2 to /boot/firmware/config.txt, then restart the Pi",
      "info: LED is back",
    ]);
  });

  it("waits silently until udev has given the channel to the group", () => {
    const chip = new FakePwmChip(PI_4, 2);
    chip.isGroups = false;
    const { led, lines } = dimmable(new FakeSysfs(chip));
    for (let times = 0; times < 30; times++) led.show(true);
    chip.isGroups = true;
    led.show(true);
    expect(chip.brightness(0)).toBeCloseTo(0.07, 9);
    expect(lines).toEqual([]);
  });

  it.each([
    ["isGroups", 60],
    ["isPermitted", 1],
  ] as const)("names the missing group: %s", (missing, times) => {
    const chip = new FakePwmChip(PI_4, 2);
    chip[missing] = false;
    const { led, lines } = dimmable(new FakeSysfs(chip));
    for (let time = 0; time < times; time++) led.show(true);
    expect(lines).toEqual([
      "warn: LED: /sys/class/pwm/pwmchip0: not permitted: sudo usermod -aG gpio ada, then log out and in",
    ]);
  });

  it("reports that a driver of the kernel has the channel", () => {
    const chip = new FakePwmChip(PI_4, 2);
    chip.taken.add(1);
    const { led, lines } = dimmable(new FakeSysfs(chip), 13);
    led.show(true);
    expect(lines).toEqual([
      "warn: LED: GPIO 13 is in use by another program or the kernel: end it, or choose another pi.ledGpio (sudo cat /sys/kernel/debug/pwm)",
    ]);
  });

  it("gives the same advice if the system has no PWM files at all", () => {
    const sysfs = new FakeSysfs();
    sysfs.exists = () => false;
    expect(headerPwm(sysfs)).toBeUndefined();
  });
});
