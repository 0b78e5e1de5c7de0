/** The parts of the DeviceScript virtual machine's module that a host needs. */
export interface Vm {
  devsSetDeviceId(hexId: string): void;
  devsStart(): void;
  devsStop(): void;
  /** @returns 0, or the error code of the refusal */
  devsDeploy(bytecode: Uint8Array): number;
  /** Collects garbage at each allocation, to find what is not held fast enough. */
  devsGcStress(on: boolean): void;
  sockClose(): number;
  /**
   * Does what is due, besides the steps that it takes by itself.
   * @returns when it wants the next one, µs
   */
  _jd_em_process(): number;
  /** A Jacdac frame into the virtual machine. */
  handlePacket(frame: Uint8Array): void;
  /** A Jacdac frame out of it. */
  sendPacket: (frame: Uint8Array) => void;
  /** A line of the device's log. */
  dmesg: (line: string) => void;
  log: (line: string) => void;
  error: (line: unknown) => void;
  panicHandler: (code: number) => void;
  deployHandler: (code: number) => void;
  flashLoad: (() => Uint8Array) | null;
  flashSave: ((data: Uint8Array) => void) | null;
}
