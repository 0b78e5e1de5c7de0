import { compileFirmware } from "../../boards/tools/firmware/compile";
import { SimulatedDevice } from "../../server/simulator/device";

export interface TestDevice {
  id: string;
  device: SimulatedDevice;
  /** Lines that the device's program has logged. */
  log: string[];
  panics: number[];
}

/** Starts the compiled firmware alone, without the nightlight server. */
export async function startDevice(
  id: string,
  brokerUrl: string,
  { settings = {}, bytecode }: { settings?: Record<string, string>; bytecode?: Uint8Array } = {},
): Promise<TestDevice> {
  const log: string[] = [];
  const panics: number[] = [];
  const device = await SimulatedDevice.start({
    bytecode: bytecode ?? (await compileFirmware()),
    settings: { ID: id, BROKER: brokerUrl, ...settings },
    lightRaw: 652,
    onLog: (line) => {
      if (line.startsWith("> ")) log.push(line.slice(2));
    },
    onPanic: (code) => panics.push(code),
  });
  return { id, device, log, panics };
}
