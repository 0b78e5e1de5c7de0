import type { ClassView } from "../../src/common/api";
import type { SourceMap } from "../base/source-map";
import type { TabLogin } from "../base/tab-id";
import { OWN_ROOM } from "./class-settings";
import { DeviceInternals } from "./device-internals";
import type { FromWorker, ToWorker } from "./messages";

/** A program that a learner has changed. */
export interface OwnProgram {
  bytecode: Uint8Array;
  places: SourceMap;
}

/** One device of this page: its worker and its state. */
export class TabDevice {
  internals = new DeviceInternals();
  /** Brightness of the lamp, 0..1. */
  brightness = 0;
  isPowered = false;
  /** Why the device does not run; empty while it does. */
  failure = "";
  /** The learner's program; undefined for the usual program. */
  program: OwnProgram | undefined;
  private worker: Worker | undefined;
  private ownLightRaw: number;
  private wasPlugged = true;
  private room = OWN_ROOM;

  /** @param lightRaw initial light at the sensor, 0..1023 */
  constructor(
    readonly login: TabLogin,
    lightRaw: number,
    private readonly onChange: () => void,
    worker = newWorker(),
  ) {
    this.ownLightRaw = lightRaw;
    this.powerOn(worker);
  }

  get id(): string {
    return this.login.id;
  }

  /** Light at the sensor, raw, 0..1023. */
  get lightRaw(): number {
    return this.room.light ?? this.ownLightRaw;
  }

  /** While a teacher sets the light, a new value takes effect only afterwards. */
  set lightRaw(lightRaw: number) {
    this.change(() => (this.ownLightRaw = lightRaw));
  }

  get isPlugged(): boolean {
    return this.wasPlugged && !this.room.networkCut;
  }

  set isPlugged(isPlugged: boolean) {
    this.change(() => (this.wasPlugged = isPlugged));
  }

  /** The teacher's settings for the whole class. */
  get classRoom(): ClassView {
    return this.room;
  }

  set classRoom(room: ClassView) {
    this.change(() => (this.room = room));
  }

  /** Cuts the power: no goodbye message is sent, and what was only in memory is lost. */
  powerOff(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.isPowered = false;
    this.brightness = 0;
    this.internals.onLink(false, Date.now());
    this.onChange();
  }

  /**
   * Restarts the device.
   * @param program the learner's program; undefined for the usual program
   */
  run(program: OwnProgram | undefined): void {
    this.powerOff();
    this.program = program;
    this.powerOn();
  }

  powerOn(worker = newWorker()): void {
    this.worker = worker;
    this.isPowered = true;
    this.failure = "";
    this.internals = new DeviceInternals(this.program?.places);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.hear(data);
    worker.onerror = ({ message }) => this.failed(message);
    const { protocol, hostname, port } = location;
    const isTls = protocol === "https:";
    const { id, password } = this.login;
    this.tell({
      kind: "start",
      url: new URL("mqtt", document.baseURI).href.replace(/^http/, "ws"),
      settings: {
        ID: id,
        BROKER: `mqtt${isTls ? "s" : ""}://${hostname}:${port || (isTls ? 443 : 80)}`,
        MQTT_USER: id,
        MQTT_PWD: password,
      },
      lightRaw: this.lightRaw,
      program: this.program?.bytecode,
    });
    if (!this.isPlugged) this.tell({ kind: "network", isPlugged: false });
    this.onChange();
  }

  /** Makes a change, and sends the machine the values that have changed. */
  private change(make: () => void): void {
    const { lightRaw, isPlugged } = this;
    make();
    if (this.lightRaw !== lightRaw) this.tell({ kind: "light", lightRaw: this.lightRaw });
    if (this.isPlugged !== isPlugged) this.tell({ kind: "network", isPlugged: this.isPlugged });
    this.onChange();
  }

  private tell(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  private hear(message: FromWorker): void {
    const nowMs = Date.now();
    switch (message.kind) {
      case "log":
        this.internals.onLogLine(message.line, nowMs);
        break;
      case "panic":
        this.internals.onPanic(message.code, nowMs);
        break;
      case "brightness":
        this.brightness = message.brightness;
        break;
      case "link":
        this.internals.onLink(message.isOpen, nowMs);
        break;
      case "bytes":
        this.internals.onTraffic(message.direction, message.bytes, nowMs);
        break;
      case "failed":
        this.failed(message.message);
        break;
    }
    this.onChange();
  }

  private failed(message: string): void {
    this.failure = message;
    this.onChange();
  }
}

/**
 * Creates a worker, which loads program and virtual machine at once, even before the device has an
 * id.
 */
export function newWorker(): Worker {
  return new Worker("device/worker.js");
}
