import { PiDevice, type PiDeviceOptions } from "./device";

/** A log line, prefixed with the device's id if there are several devices. */
export function withDeviceId(line: string, id: string, devices: number): string {
  return devices > 1 ? `${id}: ${line}` : line;
}

/** All devices of this Pi, in one program. */
export class PiDevices {
  private constructor(private readonly all: readonly PiDevice[]) {}

  /** @throws UserError if a device can't be started; no device runs then */
  static async start(all: readonly PiDeviceOptions[]): Promise<PiDevices> {
    const started: PiDevice[] = [];
    const devices = new PiDevices(started);
    try {
      for (const options of all) started.push(await PiDevice.start(options));
    } catch (error) {
      await devices.stop();
      throw error;
    }
    return devices;
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((device) => device.stop()));
  }
}
