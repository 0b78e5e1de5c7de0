import type { SimulatedDevice } from "../../server/simulator/device";

/** The parts of the virtual machine's module that the probe needs. */
interface Machine {
  HEAPU8: Uint8Array;
  _jd_em_process: () => number;
  _jd_em_tcpsock_on_event: (event: number, at: number, length: number) => void;
  _jd_em_devs_enable_gc_stress: (on: number) => void;
}

// Of the garbage collector in the DeviceScript runtime, gc_alloc.c.
const FREE = 0x01;
const TAG_MASK = 0x0f;
const END_OF_HEAP = 0x4f000001;
const CHUNK_HEADER_BYTES = 8;
const LEAST_HEAP_BYTES = 32 * 1024;
const MOST_HEAP_BYTES = 256 * 1024;

/**
 * How much of its heap a simulated device needs. The collector is made to run at every allocation,
 * so that what is in use is what is alive; looked at after every step and every chunk received.
 */
export class HeapProbe {
  peakBytes = 0;
  readonly sizeBytes: number;
  private readonly machine: Machine;
  private readonly start: number;

  constructor(device: SimulatedDevice) {
    this.machine = (device as unknown as { vm: Machine }).vm;
    const { machine } = this;
    [this.start, this.sizeBytes] = this.find();
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

  /** In use now, in bytes. */
  usedBytes(): number {
    const words = this.words();
    let used = 0;
    for (let at = this.start / 4; words[at] !== END_OF_HEAP;) {
      const header = words[at] as number;
      const size = header & 0xffffff;
      if (size === 0) throw new Error("the runtime's heap is not laid out as expected");
      if (((header >>> 24) & TAG_MASK) !== FREE) used += size * 4;
      at += size;
    }
    return used;
  }

  private look(): void {
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes());
  }

  private words(): Uint32Array {
    return new Uint32Array(this.machine.HEAPU8.buffer);
  }

  /** The heap is one chunk: no next, where it ends, and at that end a mark. */
  private find(): [start: number, size: number] {
    const words = this.words();
    for (let at = 0; at < words.length - 2; at++) {
      const end = words[at + 1] as number;
      const size = end - at * 4;
      if (words[at] !== 0 || size < LEAST_HEAP_BYTES || size > MOST_HEAP_BYTES || end % 4) continue;
      if (words[end / 4] === END_OF_HEAP) return [at * 4 + CHUNK_HEADER_BYTES, size];
    }
    throw new Error("the runtime's heap was not found");
  }
}
