import { LessonDevice, type LessonDeviceOptions } from "./lesson-device";

/**
 * Number of connections that are opened at the same time. A broker's backlog of connections is
 * short.
 */
const CONNECTING = 50;

/**
 * Connects many lesson devices in this process, named `PREFIX-1`, `PREFIX-2` and so on.
 * @throws Error with the name of a refused device, and the reason
 */
export async function connectFleet(
  count: number,
  prefix: string,
  options: Omit<LessonDeviceOptions, "id">,
): Promise<LessonDevice[]> {
  const devices: LessonDevice[] = [];
  let next = 1;
  const connectSome = async () => {
    while (next <= count)
      devices.push(await LessonDevice.connect({ ...options, id: `${prefix}-${next++}` }));
  };
  try {
    await Promise.all(Array.from({ length: CONNECTING }, connectSome));
  } catch (error) {
    next = count + 1;
    for (const device of devices) device.stop();
    throw error;
  }
  return devices;
}
