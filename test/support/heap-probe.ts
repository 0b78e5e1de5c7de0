import { GcHeap } from "../../boards/wio-terminal/emulator/gc-heap";
import type { SimulatedDevice } from "../../server/simulator/device";

/** The parts of the virtual machine's WebAssembly module that the probe needs. */
interface Machine {
  HEAPU8: Uint8Array;
  _jd_em_process: () => number;
  _jd_em_tcpsock_on_event: (event: number, at: number, length: number) => void;
  _jd_em_devs_enable_gc_stress: (on: number) => void;
}

/**
 * Measures how much heap a simulated device needs. The garbage collector runs at every allocation,
 * so that only live objects are in use. The probe measures after every step of the virtual machine
 * and every received chunk.
 */
export class HeapProbe {
  peakBytes = 0;
  readonly sizeBytes: number;
  private readonly machine: Machine;
  private readonly heap: GcHeap;

  constructor(device: SimulatedDevice) {
    this.machine = (device as unknown as { vm: Machine }).vm;
    const { machine } = this;
    this.heap = GcHeap.find(this.words());
    this.sizeBytes = this.heap.sizeBytes;
    const { _jd_em_process: step, _jd_em_tcpsock_on_event: onEvent } = machine;
    machine._jd_em_devs_enable_gc_stress(1);
    machine._jd_em_process = () => {
      const sleep = step();
      this.look();
      return sleep;
    };
    machine._jd_em_tcpsock_on_event = (event, at, length) => {
      onEvent(event, at, length);
      this.look();
    };
  }

  /** Bytes in use now. */
  usedBytes(): number {
    return this.heap.usedBytes(this.words());
  }

  private look(): void {
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes());
  }

  private words(): Uint32Array {
    return new Uint32Array(this.machine.HEAPU8.buffer);
  }
}
