import { compileFirmware } from "../../boards/tools/firmware/compile";
import { SimulatedDevice } from "../../server/simulator/device";
import { type Order, OrderedClient, type Setup } from "./ordered-client";

export const PROGRAM = "test/programs/mqtt-client.ts";

/** The MQTT client, compiled for the device and running in the DeviceScript virtual machine. */
export class MqttDevice extends OrderedClient {
  private device: SimulatedDevice | undefined;

  static async start(setup: Setup, order: Order = {}): Promise<MqttDevice> {
    const mqttDevice = new MqttDevice();
    mqttDevice.device = await SimulatedDevice.start({
      bytecode: await compileFirmware(PROGRAM),
      settings: { MQTT: JSON.stringify(setup), DO: JSON.stringify(order) },
      lightRaw: 0,
      onLog: (line) => {
        if (process.env["SHOW_DEVICE_LOG"]) console.log(line);
        if (line.startsWith("> ")) mqttDevice.lines.push(line.slice(2));
      },
      onPanic: (code) => mqttDevice.panics.push(code),
    });
    return mqttDevice;
  }

  /**
   * Makes the runtime's send queue refuse the next `times` packets, as the queue of a busy board
   * does.
   */
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
