import { connectAsync, type MqttClient } from "mqtt";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import { SimulatedDevice } from "../../server/simulator/device";
import { until } from "../support/until";

export type Kind = "ours" | "builtin";

/** One of the two MQTT clients, running in the virtual machine. */
export class BenchDevice {
  readonly lines: string[] = [];
  panics = 0;
  device: SimulatedDevice | undefined;

  static async start(kind: Kind, port: number): Promise<BenchDevice> {
    const bench = new BenchDevice();
    bench.device = await SimulatedDevice.start({
      bytecode: await compileFirmware(`test/programs/bench-${kind}.ts`),
      settings: { PORT: port as unknown as string },
      lightRaw: 0,
      onLog: (line) => {
        if (line.startsWith("> ")) bench.lines.push(line.slice(2));
      },
      onPanic: () => bench.panics++,
    });
    await until(`${kind} connects`, () => bench.lines.includes("connected"));
    return bench;
  }

  count(line: string): number {
    return this.lines.filter((seen) => seen === line).length;
  }

  async stop(): Promise<void> {
    await this.device?.stop();
  }
}

/** Calls `run` with a connected device and an MQTT client that can reach it. */
export async function withDevice<T>(
  kind: Kind,
  devicePort: number,
  brokerPort: number,
  run: (device: BenchDevice, friend: MqttClient) => Promise<T>,
): Promise<T> {
  const friend = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`, {
    protocolVersion: 4,
    reconnectPeriod: 20,
  });
  const device = await BenchDevice.start(kind, devicePort);
  try {
    await untilAnswered(device, friend);
    return await run(device, friend);
  } finally {
    await device.stop();
    await friend.endAsync(true);
  }
}

/** Interval at which `nudging` repeats its message, ms. */
const AGAIN_MS = 500;

/**
 * Waits for a condition and sends `text` from time to time. When several messages arrive together,
 * the built-in client leaves some in its buffer until the next message arrives.
 */
export async function nudgeUntil(
  friend: MqttClient,
  text: string,
  what: string,
  condition: () => boolean,
  timeoutMs?: number,
): Promise<void> {
  let sentMs = 0;
  await until(
    what,
    async () => {
      if (friend.connected && performance.now() - sentMs > AGAIN_MS) {
        sentMs = performance.now();
        await friend.publishAsync("in", text);
      }
      return condition();
    },
    timeoutMs,
  );
}

/** Waits until the device answers. */
export async function untilAnswered(
  device: BenchDevice,
  friend: MqttClient,
  timeoutMs?: number,
): Promise<void> {
  const { length } = device.lines;
  const answered = () => device.lines.slice(length).some((line) => line.startsWith("received"));
  await nudgeUntil(friend, "count", "the device answers", answered, timeoutMs);
}

/** Runs the same measurement with each of the two clients. */
export async function forBoth<T>(run: (kind: Kind) => Promise<T>): Promise<Record<Kind, T>> {
  return { ours: await run("ours"), builtin: await run("builtin") };
}
