import { LessonDevice, type LessonDeviceOptions } from "./lesson-device";

/** How many connect at a time: a broker's backlog of connections is short. */
const CONNECTING = 50;

/**
 * Many lesson devices of this process, named `PREFIX-1` and on.
 * @throws Error naming the device that was refused, and why
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
