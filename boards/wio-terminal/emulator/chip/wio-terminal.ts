/** The Wio Terminal: the chip, and the parts connected to its pins. OSHW-WioTerminal, schematic. */
import { Coprocessor } from "../coprocessor/coprocessor";
import { Delays } from "../coprocessor/delays";
import type { Network } from "../coprocessor/station";
import { Adc } from "./adc";
import { Ili9341 } from "./ili9341";
import { FUSES_ADDRESS } from "./memories";
import type { Samd51 } from "./samd51";
import { SercomSpi } from "./sercom-spi";
import { SercomUsart } from "./sercom-usart";
import { UsbDevice } from "./usb";

/** Baud rate of firmware 2.1.2 and later, from the set-up of eRPC in the firmware. */
const COPROCESSOR_BAUD = 614_400;
const BAUD_TOLERANCE = 0.03;
/** Time from power-up to the first answer. The real chip's time is not known. */
const COPROCESSOR_BOOT_MICROS = 150_000;

/** Time between two quick taps. */
const TAP_MICROS = 80_000;

/** Contents of the software calibration area: arbitrary values, all different. */
const CALIBRATION = { biascomp: 5, biasrefbuf: 3, biasr2r: 4 };
const SERIAL_NUMBER = [
  [0x61fc, 0x5749_4f31],
  [0x6010, 0x3230_3236],
  [0x6014, 0x2020_2035],
  [0x6018, 0xff0a_1b2c],
] as const;

const LIGHT_SENSOR = { pin: "PD01", input: 15 };
const BUTTONS = { a: "PC26", b: "PC27", c: "PC28" } as const;
const SWITCH = {
  up: "PD20",
  left: "PD12",
  right: "PD09",
  down: "PD08",
  press: "PD10",
} as const;

const CONTROLS = { ...BUTTONS, ...SWITCH };

export class WioTerminal {
  /** Lines printed on the header's UART. */
  readonly log: string[] = [];
  readonly coprocessor: Coprocessor;
  /** Baud rate of the coprocessor's firmware. */
  coprocessorBaud = COPROCESSOR_BAUD;
  /** Light at the sensor, 0..65535. */
  light = 0;
  onLog: (line: string) => void = () => undefined;
  readonly link: SercomUsart;
  /** The USB socket. */
  readonly usb: UsbDevice;
  readonly display: Ili9341;

  private coprocessorReadyMicros = Infinity;
  private line = "";

  constructor(
    readonly chip: Samd51,
    network: Network,
  ) {
    this.writeFuses();
    this.link = this.attachUsart(0, 0x4000_3000, 46, 7, { PB24: "C", PC24: "C" });
    const console = this.attachUsart(2, 0x4101_2000, 54, 23, { PB26: "C" });
    console.onByte = (byte) => this.print(byte);
    const { clock } = chip;
    const waits = new Delays((ms, done) => clock.at(clock.nowMicros + 1000 * ms, done));
    const transmit = (bytes: Uint8Array): void => this.link.deliver(bytes, this.coprocessorBaud);
    this.coprocessor = new Coprocessor(network, transmit, waits);
    this.link.onByte = (byte, baud) => this.toCoprocessor(byte, baud);
    this.attachAdc();
    this.usb = new UsbDevice(chip);
    chip.attach(this.usb);
    this.display = new Ili9341(() => chip.clock.nowMicros);
    this.wireDisplay();
    this.wirePower();
    for (const pin of Object.values(CONTROLS)) chip.pin(pin).set(true); // 4.7 kΩ pull-ups
  }

  get led(): boolean {
    return this.chip.pin("PA15").level;
  }

  setButton(button: keyof typeof CONTROLS, pressed: boolean): void {
    this.chip.pin(CONTROLS[button]).set(!pressed);
  }

  /** Slides the switch twice, quickly. The bootloader then stays active and shows its drive. */
  doubleTap(): void {
    this.chip.pressReset();
    this.chip.clock.at(this.chip.clock.nowMicros + TAP_MICROS, () => this.chip.pressReset());
  }

  /** Switches the board off and on again, even during a flash write. */
  cyclePower(): void {
    this.chip.cutPower();
    this.coprocessor.restart();
    this.line = "";
    this.chip.powerOn();
  }

  private attachUsart(
    number: number,
    base: number,
    line: number,
    channel: number,
    pins: Readonly<Record<string, string>>,
  ): SercomUsart {
    const { chip } = this;
    const usart = new SercomUsart(chip, {
      name: `SERCOM${number}`,
      base,
      line,
      hz: () => chip.clockTree.channelHz(channel),
      wiring: () => {
        const wrong = Object.keys(pins).find((pin) => chip.port.functionOf(pin) !== pins[pin]);
        return wrong === undefined ? undefined : `pin ${wrong} is not assigned to it`;
      },
    });
    chip.attach(usart);
    return usart;
  }

  private attachAdc(): void {
    const { chip } = this;
    const { biascomp, biasrefbuf, biasr2r } = CALIBRATION;
    const calibration = biascomp | (biasr2r << 4) | (biasrefbuf << 8);
    const attach = (
      name: string,
      base: number,
      channel: number,
      level: (input: number) => number,
    ): void =>
      chip.attach(
        new Adc({
          ...{ name, base, calibration, level, clock: chip.clock },
          hz: () => chip.clockTree.channelHz(channel),
          misuse: (text) => chip.misuse(text),
        }),
      );
    const nothing = (name: string, input: number): number => {
      chip.misuse(`${name} converts input ${input}, which has no source or no pin`);
      return 0;
    };
    attach("ADC1", 0x4300_2000, 41, (input) =>
      input === LIGHT_SENSOR.input && chip.port.functionOf(LIGHT_SENSOR.pin) === "B"
        ? this.light / 65535
        : nothing("ADC1", input),
    );
    if (chip.isTolerant) attach("ADC0", 0x4300_1c00, 40, (input) => nothing("ADC0", input));
  }

  private writeFuses(): void {
    const { chip } = this;
    const { biascomp, biasrefbuf, biasr2r } = CALIBRATION;
    const word = (biascomp << 2) | (biasrefbuf << 5) | (biasr2r << 8);
    chip.setWord(FUSES_ADDRESS + 0x80, word | (word << 14)); // ADC0 and ADC1
    chip.setWord(FUSES_ADDRESS + 0x84, 5 | (29 << 5) | (3 << 10)); // USB pads
    for (const [offset, word] of SERIAL_NUMBER) chip.setWord(FUSES_ADDRESS + offset, word);
  }

  private wireDisplay(): void {
    const { chip, display } = this;
    const pins = { PB19: "D", PB20: "D" } as const;
    const spi = new SercomSpi({
      name: "SERCOM7",
      base: 0x4300_0c00,
      clock: chip.clock,
      hz: () => chip.clockTree.channelHz(37),
      wiring: () => {
        const wrong = Object.entries(pins).find(
          ([pin, side]) => chip.port.functionOf(pin) !== side,
        );
        return wrong && `pin ${wrong[0]} is not assigned to it`;
      },
    });
    chip.attach(spi);
    const isData = chip.pin("PC06");
    const select = chip.pin("PB21");
    const reset = chip.pin("PC07");
    const backlight = chip.pin("PC05");
    reset.set(true); // 4.7 kΩ pull-up
    reset.onChange((level) => display.setReset(!level));
    backlight.onChange((level) => (display.backlight = level));
    spi.onByte = (byte) => {
      if (!select.level) display.receive(byte, isData.level);
    };
  }

  /** CHIP_PU has a pull-up: the coprocessor is on unless the chip drives the pin low. */
  private wirePower(): void {
    const pin = this.chip.pin("PA18");
    pin.onChange((on) => {
      this.coprocessor.setPower(on);
      this.coprocessorReadyMicros = on
        ? this.chip.clock.nowMicros + COPROCESSOR_BOOT_MICROS
        : Infinity;
    });
    pin.set(true);
  }

  private toCoprocessor(byte: number, baud: number): void {
    if (this.chip.clock.nowMicros < this.coprocessorReadyMicros) return;
    const wrongPace = Math.abs(baud / this.coprocessorBaud - 1) > BAUD_TOLERANCE;
    this.coprocessor.receive(Uint8Array.of(wrongPace ? byte ^ 0xa5 : byte));
  }

  private print(byte: number): void {
    if (byte !== 10) {
      this.line += String.fromCharCode(byte);
      return;
    }
    const line = this.line.replace(/\r$/, "");
    this.line = "";
    this.log.push(line);
    this.onLog(line);
  }
}
