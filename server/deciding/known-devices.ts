import type { Device } from "./device";

/** Maximum number of devices. Ids are untrusted input, so this bounds the memory. */
const MAX_DEVICES = 10_000;

/**
 * The devices by id: our own, and strangers, which are other software with topics like ours. A
 * stranger becomes ours once it sends a message that only a device of ours sends. Pure.
 */
export class KnownDevices {
  private readonly devices = new Map<string, Device>();

  /** @param make creates a device that is not known yet */
  constructor(private readonly make: (id: string) => Device) {}

  get(id: string): Device | undefined {
    return this.devices.get(id);
  }

  /** @returns the device if it is ours; undefined for a stranger or an unknown device */
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

  /** @returns the known device or a new one; undefined if there is no room for a new one */
  getOrAdd(id: string): Device | undefined {
    const known = this.devices.get(id);
    if (known || this.devices.size >= MAX_DEVICES) return known;
    const device = this.make(id);
    this.devices.set(id, device);
    return device;
  }

  /** Like `take`, and makes the device ours. If there is no room, a stranger is evicted. */
  adopt(id: string): Device | undefined {
    if (!this.devices.has(id) && this.devices.size >= MAX_DEVICES) this.removeStranger();
    const device = this.getOrAdd(id);
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
