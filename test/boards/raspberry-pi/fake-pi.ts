import type { InputLine } from "../../../boards/raspberry-pi/button";
import { LineBusy } from "../../../boards/raspberry-pi/gpio-line";
import type { OutputLine } from "../../../boards/raspberry-pi/led";
import type { OpenBus } from "../../../boards/raspberry-pi/light-sensor";

/** A chip at an I2C address, accessed byte by byte. */
export interface FakeChip {
  write(bytes: number[]): void;
  read(count: number): number[];
}

/** A simulated Grove Base Hat, modelled on its firmware: grove_rpi_base_hat.ino 0.2. */
export class FakeGroveBaseHat implements FakeChip {
  /** Converter values by channel, 0..4095. */
  readonly raw = [0, 0, 0, 0, 0, 0, 0, 0];
  private register = 0xff;

  write([register = 0xff]: number[]): void {
    // A write to 0xC0 would change a real hat's address permanently, and a write to 0xF0 would end
    // its program.
    if (register === 0xc0 || register === 0xf0)
      throw new Error(`a write to 0x${register.toString(16)}`);
    this.register = register;
  }

  read(count: number): number[] {
    const value = this.raw[this.register - 0x10] ?? 0;
    return [value & 0xff, value >> 8, ...Array<number>(count).fill(0xff)].slice(0, count);
  }
}

export function kernelError(code: string): Error {
  return Object.assign(new Error(`${code}: fake`), { code });
}

/** The bus and the pins of a Raspberry Pi, with parts that can be unplugged. */
export class FakePi {
  readonly chips = new Map<number, FakeChip>();
  /** The chip on SPI. It sends one byte for each byte that it receives. */
  spi: { exchange(bytes: number[]): number[] } | undefined;
  /** Error codes with which opening the bus and a transfer fail. */
  openError: string | undefined;
  transferError: string | undefined;
  /** Name of the program that owns the LED's GPIO line. */
  consumer: string | undefined;
  lineError: string | undefined;
  /** Bytes on the wires, such as `W 04 10`, `R 04 b8 0b`, and on SPI `X 01 80 00 > 00 03 ff`. */
  readonly traffic: string[] = [];
  /** Whether a program drives the LED's pin. `isHigh` keeps the last level. */
  isDriven = false;
  isHigh = false;
  /** Whether the button is pressed. */
  isPressed = false;
  openBuses = 0;
  waitedMs = 0;

  openBus = (): OpenBus =>
    this.bus((address, write, readBytes) => this.transfer(address, write, readBytes));

  openSpi = (): OpenBus => this.bus((_, write) => this.exchange(write));

  private bus(transfer: (address: number, write: Uint8Array, read: number) => Uint8Array): OpenBus {
    if (this.openError !== undefined) throw kernelError(this.openError);
    this.openBuses++;
    return {
      chip: (address) => ({
        wait: (ms) => {
          this.waitedMs += ms;
          return Promise.resolve();
        },
        // `transfer` is called in an `async` function, so that its exception becomes a rejection.
        transfer: async (...asked) => await Promise.resolve(transfer(address, ...asked)),
      }),
      close: () => {
        this.openBuses--;
      },
    };
  }

  openLine = (): OutputLine => {
    if (this.lineError !== undefined) throw kernelError(this.lineError);
    if (this.consumer !== undefined) throw new LineBusy(this.consumer);
    this.isDriven = true;
    this.isHigh = false;
    return {
      set: (isHigh) => {
        if (this.lineError !== undefined) throw kernelError(this.lineError);
        this.isHigh = isHigh;
      },
      close: () => {
        this.isDriven = false;
      },
    };
  };

  openButton = (): InputLine => {
    if (this.lineError !== undefined) throw kernelError(this.lineError);
    return {
      isPressed: () => {
        if (this.lineError !== undefined) throw kernelError(this.lineError);
        return this.isPressed;
      },
      close: () => undefined,
    };
  };

  private exchange(write: Uint8Array): Uint8Array {
    if (this.transferError !== undefined) throw kernelError(this.transferError);
    const read = this.spi?.exchange([...write]) ?? [];
    this.traffic.push(`X ${[...write].map(hexByte).join(" ")} > ${read.map(hexByte).join(" ")}`);
    return Uint8Array.from(read);
  }

  private transfer(address: number, write: Uint8Array, readBytes: number): Uint8Array {
    if (this.transferError !== undefined) throw kernelError(this.transferError);
    const chip = this.chips.get(address);
    if (!chip) throw kernelError("EREMOTEIO");
    const note = (kind: string, bytes: number[]) =>
      this.traffic.push([kind, ...[address, ...bytes].map(hexByte)].join(" "));
    note("W", [...write]);
    chip.write([...write]);
    if (readBytes === 0) return new Uint8Array();
    const read = chip.read(readBytes);
    note("R", read);
    return Uint8Array.from(read);
  }
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
