import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Devices } from "../../server/deciding/devices";
import type { ServerEvents } from "../../server/deciding/events";
import { UpdateKeys } from "../../server/setup/update-keys";
import { Updates } from "../../server/updates/updates";
import { hashOf, padProgram } from "../../server/updates/upload";
import type { DeviceView } from "../../src/common/api";
import { type Order, programName } from "../../src/common/update";
import type { StateReport } from "../../src/common/wire";
import { until } from "./until";

/** Returns the program that the fake compiler makes for a board. */
export const programOf = (board: string): Buffer => Buffer.from(`program for ${board}`);

/** Debug information of a program with two lines. The function `main` starts in line 2. */
const DEBUG_INFO = JSON.stringify({
  functions: [{ name: "main", startpc: 0 }],
  sources: [{ path: "src/main.ts", length: 8, text: "one\ntwo\n" }],
  srcmap: [5, 1, 0],
});

/** The view of an `Updates` object that has done no work yet. */
export const NOTHING = { updates: [], fleet: null, programs: {}, crashes: [] };

/** Name of the program that the fake compiler makes for a device that names no board. */
export const NEW = programName(hashOf(padProgram(programOf(""))));

/** The surroundings of `Updates`, all simulated: devices, broker, compiler and clocks. */
export class FakeFleet {
  readonly dir = mkdtempSync(join(tmpdir(), "nightlight-jobs-"));
  readonly bus = new EventEmitter<ServerEvents>();
  readonly keys = new UpdateKeys(this.dir);
  /** All published orders, in order. */
  readonly orders: { id: string; order: Order }[] = [];
  /** The lines that were logged. */
  readonly said: string[] = [];
  /** Names of the boards for which the compiler was called. */
  boards: string[] = [];
  /** The version of the firmware's sources. */
  version = "0.2.0";
  /** If set, the compiler fails with this error. */
  compileError: Error | undefined;
  /** If set, publishing the next order fails with this error. */
  orderError: Error | undefined;
  /** Whether the server is connected to its broker. */
  isLinked = true;
  /** The monotonic clock, ms. */
  nowMs = 1_800_000_000_000;
  /** Offset of the wall clock from the monotonic clock, ms. */
  aheadMs = 0;

  private readonly views = new Map<string, DeviceView>();
  private readonly started: Updates[] = [];

  constructor() {
    this.bus.setMaxListeners(0);
  }

  /** Starts `Updates`. Several starts share the folder, as after a restart of the server. */
  start(): Updates {
    const { dir, bus, keys, views } = this;
    const updates = new Updates({
      ...{ dir, bus, keys },
      devices: {
        view: (id: string) => views.get(id),
        reported: (id: string) => views.get(id),
        list: () => [...views.values()],
      } as unknown as Devices,
      clock: { wallMs: () => this.nowMs + this.aheadMs, monotonicMs: () => this.nowMs },
      log: (_source, text) => this.said.push(text),
      fw: () => this.version,
      compile: async (board) => {
        await Promise.resolve();
        this.boards.push(board);
        if (this.compileError) throw this.compileError;
        return programOf(board);
      },
      order: async (id, text) => {
        await Promise.resolve();
        const error = this.orderError;
        this.orderError = undefined;
        if (error) throw error;
        this.orders.push({ id, order: JSON.parse(text) as Order });
      },
      compiled: (board) =>
        this.boards.includes(board)
          ? { program: programOf(board), debugInfo: () => DEBUG_INFO }
          : undefined,
      isLinked: () => this.isLinked,
      address: () => "ws://*:8080",
    });
    this.started.push(updates);
    return updates;
  }

  /** Simulates a device that publishes its state. */
  report(id: string, state: StateReport | null, online = true): void {
    const stateHeardMs = this.nowMs + this.aheadMs;
    this.views.set(id, { id, online, state, stateHeardMs } as DeviceView);
    this.bus.emit("device", id, true);
  }

  /** Adds a device that has an update key. */
  addDevice(id: string, state: StateReport = { program: "old" }, online = true): void {
    this.keys.ensure(id);
    this.report(id, state, online);
  }

  /** Waits until the device has been ordered to fetch its program. */
  async untilAsked(updates: Updates, id: string): Promise<void> {
    const isOrdered = () => this.orders.some((order) => order.id === id);
    await until(`${id} is asked`, () => stepOf(updates, id) === "asked" && isOrdered());
  }

  end(): void {
    for (const updates of this.started) updates.stop();
    rmSync(this.dir, { recursive: true });
  }
}

/** Returns the step of a device's update; undefined if the device has no update. */
export function stepOf(updates: Updates, id: string): string | undefined {
  return updates.view().updates.find((job) => job.id === id)?.step;
}
