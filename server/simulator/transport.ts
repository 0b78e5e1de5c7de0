import type { Vm } from "../base/vm";
import { Transport } from "./jacdac";

/** Carries Jacdac frames between the virtual machine and a bus in the same process. */
export class VmTransport extends Transport {
  constructor(private readonly vm: Vm) {
    super("vm", {});
  }

  protected override transportConnectAsync(): Promise<void> {
    // Deferred: the machine sends in the middle of a step, and can handle an answer only after that
    // step.
    this.vm.sendPacket = (frame) => {
      const copy = new Uint8Array(frame);
      setImmediate(() => {
        this.handleFrame(copy);
      });
    };
    return Promise.resolve();
  }

  protected override transportSendPacketAsync(frame: Uint8Array): Promise<void> {
    this.vm.handlePacket(frame);
    return Promise.resolve();
  }

  protected override transportDisconnectAsync(): Promise<void> {
    this.vm.sendPacket = () => undefined;
    return Promise.resolve();
  }

  override description(): string {
    return "DeviceScript virtual machine";
  }
}
