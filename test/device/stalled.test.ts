import { afterEach, describe, expect, it, vi } from "vitest";
import { compileFirmware } from "../../boards/tools/firmware/compile";
import type { Vm } from "../../server/base/vm";
import { createVm } from "../../server/simulator/vm";
import { Machine } from "../../server/tab/machine";

/** More than 2 s: the device then considers its own services gone until they announce themselves. */
const STALL_MS = 3_000;

/** A device on a clock of its own, without a broker. */
class StallingDevice {
  readonly log: string[] = [];
  private vm: Vm | undefined;

  /** Starts the machine, up to the program's first step. */
  async start(bytecode: Uint8Array): Promise<void> {
    vi.useFakeTimers({
      toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "performance"],
    });
    this.vm = await createVm();
    const started = Machine.start(this.vm, {
      bytecode,
      settings: { ID: "stalled", BROKER: "mqtt://127.0.0.1:1" },
      lightRaw: 652,
      onLog: (line) => this.log.push(line),
      onFailure: (error) => this.log.push(`panic: ${error.message}`),
      onPanic: (code) => this.log.push(`panic ${code}`),
      onBrightness: () => undefined,
    });
    while (!this.log.some((line) => line.includes("create role"))) await this.run(1);
    await started;
  }

  /** Lets time pass in steps of a millisecond. */
  async run(ms: number): Promise<void> {
    for (let i = 0; i < ms; i++) await vi.advanceTimersByTimeAsync(1);
  }

  /** Lets time pass during which the device does nothing. */
  stall(): void {
    const before = performance.now.bind(performance);
    performance.now = () => before() + STALL_MS;
  }

  /** Number of readings that wait for a broker. */
  get outbox(): number {
    const line = this.log.findLast((text) => text.startsWith("> Outbox: "));
    return Number(line?.slice("> Outbox: ".length) ?? 0);
  }

  stop(): void {
    this.vm?.devsStop();
    vi.clearAllTimers();
    vi.useRealTimers();
  }
}

describe("a device that stalls for three seconds", () => {
  let device: StallingDevice;
  afterEach(() => device.stop());

  it("starts its program, at whatever moment of the start it stalls", async () => {
    const bytecode = await compileFirmware();
    const neverStarted: number[] = [];
    for (let afterMs = 0; afterMs < 300; afterMs += 10) {
      device = new StallingDevice();
      await device.start(bytecode);
      await device.run(afterMs);
      device.stall();
      await device.run(6_000);
      const isStarted = device.log.some((line) => line.startsWith("> Connecting to mqtt://"));
      if (!isStarted) neverStarted.push(afterMs);
      device.stop();
    }
    expect(neverStarted).toEqual([]);
  });

  it("goes on reading its sensor", async () => {
    device = new StallingDevice();
    await device.start(await compileFirmware());
    await device.run(5_000);
    for (let i = 0; i < 5; i++) {
      const { outbox } = device;
      expect(outbox).toBeGreaterThan(0);
      device.stall();
      await device.run(7_000 + i * 137);
      expect(device.outbox).toBeGreaterThan(outbox);
    }
    expect(device.log.filter((line) => line.startsWith("panic"))).toEqual([]);
  });
});
