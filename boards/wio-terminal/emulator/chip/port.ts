/** PORT: four groups of 32 pins. */
import type { PinView } from "./peripheral";
import { type Register, RegisterBlock } from "./registers";

const GROUPS = "ABCD";
const GROUP_SIZE = 0x80;
const PINCFG = { mux: 1, input: 2, pull: 4 } as const;

interface Group {
  readonly dir: Register;
  readonly out: Register;
  readonly pmux: readonly Register[];
  readonly pincfg: readonly Register[];
}

class Pin implements PinView {
  outside: boolean | undefined;
  private readonly listeners: ((level: boolean) => void)[] = [];
  private last = false;

  constructor(
    private readonly port: Port,
    private readonly group: number,
    private readonly bit: number,
  ) {}

  get driven(): boolean | undefined {
    return this.port.driven(this.group, this.bit);
  }

  get level(): boolean {
    return this.driven ?? this.outside ?? this.port.pulled(this.group, this.bit) ?? false;
  }

  set(level: boolean | undefined): void {
    this.outside = level;
    this.update();
  }

  onChange(listener: (level: boolean) => void): void {
    this.listeners.push(listener);
  }

  update(): void {
    const level = this.level;
    if (level === this.last) return;
    this.last = level;
    for (const listener of this.listeners) listener(level);
  }
}

export class Port extends RegisterBlock {
  private readonly groups: Group[] = [];
  private readonly pins = new Map<string, Pin>();

  constructor() {
    super("PORT", 0x4100_8000, GROUPS.length * GROUP_SIZE);
    for (let group = 0; group < GROUPS.length; group++) this.groups.push(this.defineGroup(group));
  }

  /** @param name the pin's name, such as "PA15" */
  pin(name: string): PinView {
    const known = this.pins.get(name);
    if (known) return known;
    const [, letter, digits] = /^P([A-D])(\d\d)$/.exec(name) ?? [];
    if (letter === undefined || Number(digits) > 31) throw new Error(`no pin is called ${name}`);
    const pin = new Pin(this, GROUPS.indexOf(letter), Number(digits));
    this.pins.set(name, pin);
    return pin;
  }

  /**
   * The pin's peripheral function, as the letter of the multiplexer; undefined if no peripheral
   * uses the pin.
   */
  functionOf(name: string): string | undefined {
    const group = this.groups[GROUPS.indexOf(name[1] ?? "")];
    const bit = Number(name.slice(2));
    const [config, mux] = [group?.pincfg[bit], group?.pmux[bit >> 1]];
    if (!config || !mux || !(this.get(config) & PINCFG.mux)) return undefined;
    return "ABCDEFGHIJKLMN"[(this.get(mux) >>> (4 * (bit & 1))) & 0xf];
  }

  driven(group: number, bit: number): boolean | undefined {
    const registers = this.groups[group];
    if (!registers || !((this.get(registers.dir) >>> bit) & 1)) return undefined;
    return ((this.get(registers.out) >>> bit) & 1) === 1;
  }

  pulled(group: number, bit: number): boolean | undefined {
    const registers = this.groups[group];
    const config = registers?.pincfg[bit];
    if (!registers || !config || !(this.get(config) & PINCFG.pull)) return undefined;
    return ((this.get(registers.out) >>> bit) & 1) === 1;
  }

  override reset(): void {
    super.reset();
    this.update();
  }

  private readonly update = (): void => {
    for (const pin of this.pins.values()) pin.update();
  };

  private defineGroup(group: number): Group {
    const base = group * GROUP_SIZE;
    const defineValue = (offset: number): Register => {
      const plain = this.define({ offset: base + offset, size: 4, written: this.update });
      const alias = (at: number, change: (old: number, value: number) => number): void => {
        this.define({
          offset: base + at,
          size: 4,
          read: () => this.get(plain),
          written: (value) => {
            this.set(plain, change(this.get(plain), value));
            this.update();
          },
        });
      };
      alias(offset + 4, (old, value) => old & ~value);
      alias(offset + 8, (old, value) => old | value);
      alias(offset + 12, (old, value) => old ^ value);
      return plain;
    };
    const dir = defineValue(0x00);
    const out = defineValue(0x10);
    this.define({ offset: base + 0x20, size: 4, read: () => this.input(group) });
    this.define({ offset: base + 0x24, size: 4 }); // CTRL
    const written = this.update;
    const bytes = (offset: number, count: number, writable: number): Register[] =>
      Array.from({ length: count }, (_, index) =>
        this.define({ offset: base + offset + index, size: 1, writable, written }),
      );
    return { dir, out, pmux: bytes(0x30, 16, 0xff), pincfg: bytes(0x40, 32, 0x47) };
  }

  /** The register IN. A pin reads as 0 while its input buffer is off. */
  private input(group: number): number {
    let value = 0;
    for (let bit = 0; bit < 32; bit++) {
      const config = this.groups[group]?.pincfg[bit];
      if (!config || !(this.get(config) & PINCFG.input)) continue;
      const name = `P${GROUPS[group] ?? ""}${String(bit).padStart(2, "0")}`;
      if (this.pin(name).level) value |= 1 << bit;
    }
    return value >>> 0;
  }
}
