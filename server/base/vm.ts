/** The parts of the DeviceScript virtual machine's module that a host needs. */
export interface Vm {
  devsSetDeviceId(hexId: string): void;
  devsStart(): void;
  devsStop(): void;
  /**
   * Loads and starts a program.
   * @returns 0, or the error code if the program is refused
   */
  devsDeploy(bytecode: Uint8Array): number;
  /** Collects garbage at each allocation, to find objects that are not referenced firmly enough. */
  devsGcStress(on: boolean): void;
  sockClose(): number;
  /**
   * Runs a step now, in addition to the machine's own steps.
   * @returns when the machine wants the next step, µs
   */
  _jd_em_process(): number;
  /** Delivers a Jacdac frame to the virtual machine. */
  handlePacket(frame: Uint8Array): void;
  /** Called with each Jacdac frame from the virtual machine. */
  sendPacket: (frame: Uint8Array) => void;
  /** Called with each line of the device's log. */
  dmesg: (line: string) => void;
  log: (line: string) => void;
  error: (line: unknown) => void;
  panicHandler: (code: number) => void;
  deployHandler: (code: number) => void;
  flashLoad: (() => Uint8Array) | null;
  flashSave: ((data: Uint8Array) => void) | null;
}
