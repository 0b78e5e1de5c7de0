import type { Device } from "./device";

/** Strangers choose ids: beyond this many devices, no other stranger is taken in. */
const MAX_DEVICES = 10_000;

/**
 * The devices by id: ours, and strangers that have a topic such as ours have. One becomes ours once
 * it says something that only a device of ours says. Pure.
 */
export class KnownDevices {
  private readonly devices = new Map<string, Device>();

  /** @param make a device that is not known yet */
  constructor(private readonly make: (id: string) => Device) {}

  get(id: string): Device | undefined {
    return this.devices.get(id);
  }

  /** @returns undefined for a stranger, too */
  ofOurs(id: string): Device | undefined {
    const device = this.devices.get(id);
    return device?.isOurs ? device : undefined;
  }

  all(): [string, Device][] {
    return [...this.devices];
  }

  ours(): [string, Device][] {
    return this.all().filter(([, { isOurs }]) => isOurs);
  }

  /** @returns the device, known or new; undefined if there is no room for a new one */
  take(id: string): Device | undefined {
    const known = this.devices.get(id);
    if (known || this.devices.size >= MAX_DEVICES) return known;
    const device = this.make(id);
    this.devices.set(id, device);
    return device;
  }

  /** As `take`, and it is ours from now on: a stranger has to make room for it. */
  claim(id: string): Device | undefined {
    if (!this.devices.has(id) && this.devices.size >= MAX_DEVICES) this.removeStranger();
    const device = this.take(id);
    if (device) device.isOurs = true;
    return device;
  }

  remove(id: string): void {
    this.devices.delete(id);
  }

  private removeStranger(): void {
    for (const [id, { isOurs }] of this.devices)
      if (!isOurs) {
        this.devices.delete(id);
        return;
      }
  }
}
