import type { Sysfs } from "../../../boards/raspberry-pi/pwm";
import { kernelError } from "./fake-pi";

interface FakeChannel {
  periodNs: number;
  dutyNs: number;
  isEnabled: boolean;
}

/**
 * A PWM chip as /sys/class/pwm shows it, modelled on drivers/pwm/sysfs.c and core.c of Linux 6.1.
 */
export class FakePwmChip {
  readonly channels = new Map<number, FakeChannel>();
  /** Channels that a kernel driver owns. */
  readonly taken = new Set<number>();
  /** Whether udev has given exported channels to the group. */
  isGroups = true;
  /** Whether the group may use the chip. */
  isPermitted = true;

  /** @param device the device that makes the pulses, such as `1f00098000.pwm` */
  constructor(
    readonly device: string,
    private readonly count: number,
  ) {}

  read(file: string): string {
    return `${this.channel(file).channel.periodNs}\n`;
  }

  write(file: string, text: string): void {
    if (!this.isPermitted) throw kernelError("EACCES");
    const value = Number(text);
    if (file === "export") {
      if (value >= this.count) throw kernelError("ENODEV");
      if (this.taken.has(value) || this.channels.has(value)) throw kernelError("EBUSY");
      this.channels.set(value, { periodNs: 0, dutyNs: 0, isEnabled: false });
      return;
    }
    if (file === "unexport") {
      if (!this.channels.delete(value)) throw kernelError("ENODEV");
      return;
    }
    if (!this.isGroups) throw kernelError("EACCES");
    const { channel, field } = this.channel(file);
    const { periodNs, dutyNs, isEnabled } = channel;
    const next = { periodNs, dutyNs, isEnabled };
    if (field === "period") next.periodNs = value;
    if (field === "duty_cycle") next.dutyNs = value;
    if (field === "enable") next.isEnabled = value === 1;
    // pwm_apply_state refuses a missing period, or a pulse longer than the period.
    if (next.periodNs === 0 || next.dutyNs > next.periodNs) throw kernelError("EINVAL");
    Object.assign(channel, next);
  }

  /** Returns the brightness of an LED on a channel, 0..1. */
  brightness(number: number): number {
    const channel = this.channels.get(number);
    return channel?.isEnabled ? channel.dutyNs / channel.periodNs : 0;
  }

  private channel(file: string): { channel: FakeChannel; field: string } {
    const [folder = "", field = ""] = file.split("/");
    const channel = this.channels.get(Number(folder.replace("pwm", "")));
    if (!channel) throw kernelError("ENOENT");
    return { channel, field };
  }
}

export class FakeSysfs implements Sysfs {
  readonly chips: FakePwmChip[];

  constructor(...chips: FakePwmChip[]) {
    this.chips = chips;
  }

  list = (): string[] => this.chips.map((_, index) => `pwmchip${index}`);

  target = (link: string): string => this.at(link).chip.device;

  exists = (path: string): boolean => {
    if (path === "/sys/class/pwm") return true;
    const { chip, file } = this.at(path);
    return chip.channels.has(Number(file.replace("pwm", "")));
  };

  read = (path: string): string => {
    const { chip, file } = this.at(path);
    return chip.read(file);
  };

  write = (path: string, text: string): void => {
    const { chip, file } = this.at(path);
    chip.write(file, text);
  };

  private at(path: string): { chip: FakePwmChip; file: string } {
    const [, index, file = ""] = /^\/sys\/class\/pwm\/pwmchip(\d+)\/(.*)$/.exec(path) ?? [];
    const chip = this.chips[Number(index)];
    if (!chip) throw kernelError("ENOENT");
    return { chip, file };
  }
}
