import { compileFirmware } from "../../boards/tools/firmware/compile";
import { SimulatedDevice } from "../../server/simulator/device";
import { until } from "./until";

/** The options of the client under test, as test/programs/mqtt-client.ts takes them. */
export interface Setup {
  port: number;
  clientId?: string;
  username?: string;
  password?: string;
  keepAliveS?: number;
  cleanSession?: boolean;
  will?: { topic: string; payload: string; qos?: number; retain?: boolean };
  maxPacketBytes?: number;
  inboxBytes?: number;
  ackTimeoutMs?: number;
  stableMs?: number;
  quiet?: boolean;
}

export interface Order {
  publish?: {
    topic: string;
    count: number;
    first?: number;
    qos: number;
    retain?: boolean;
    size?: number;
    fibers?: number;
    insist?: boolean;
  };
  subscribe?: { filter: string; qos: number }[];
  unsubscribe?: string;
  stop?: boolean;
}

export const PROGRAM = "test/programs/mqtt-client.ts";

/** The MQTT client, compiled and running in the DeviceScript virtual machine. */
export class MqttDevice {
  /** The program's log lines, without the runtime's own. */
  readonly lines: string[] = [];
  readonly panics: number[] = [];
  private device: SimulatedDevice | undefined;

  static async start(setup: Setup, order: Order = {}, program = PROGRAM): Promise<MqttDevice> {
    const mqttDevice = new MqttDevice();
    mqttDevice.device = await SimulatedDevice.start({
      bytecode: await compileFirmware(program),
      settings: {
        MQTT: JSON.stringify({ host: "127.0.0.1", clientId: "device", ...setup }),
        DO: JSON.stringify(order),
      },
      lightRaw: 0,
      onLog: (line) => {
        if (process.env["SHOW_DEVICE_LOG"]) console.log(line);
        if (line.startsWith("> ")) mqttDevice.lines.push(line.slice(2));
      },
      onPanic: (code) => mqttDevice.panics.push(code),
    });
    return mqttDevice;
  }

  /** How many lines are this one, or match it. */
  count(line: string | RegExp): number {
    return this.lines.filter((seen) => (typeof line === "string" ? seen === line : line.test(seen)))
      .length;
  }

  /** Waits for a line, or for the n-th of its kind. */
  async logs(line: string | RegExp, times = 1): Promise<void> {
    try {
      await until(`${times} x ${String(line)}`, () => this.count(line) >= times);
    } catch (error) {
      const last = this.lines.slice(-20).join("\n");
      throw new Error(`${(error as Error).message}; the device's last lines:\n${last}`);
    }
  }

  /** Lets the runtime's send queue be full for the next `times` packets, as on a busy board. */
  refuseWrites(times: number): void {
    const { vm } = this.device as unknown as {
      vm: { sockWrite: (at: number, length: number) => number };
    };
    const sockWrite = vm.sockWrite;
    vm.sockWrite = (at, length) => (times-- > 0 ? -1 : sockWrite(at, length));
  }

  async stop(): Promise<void> {
    await this.device?.stop();
  }
}
