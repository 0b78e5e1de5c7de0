/**
 * The supported boards. A pin has the name that its `*.board.json` gives it, which the compiler
 * checks; `label` is printed beside the pin on the board.
 */
import c3 from "./nightlight_esp32_c3.board.json";
import devkitc from "./nightlight_esp32_devkitc.board.json";
import s2 from "./nightlight_esp32_s2.board.json";
import s3 from "./nightlight_esp32_s3.board.json";
import picoW from "./nightlight_pico_w.board.json";
import qtpyC3 from "./nightlight_qtpy_esp32c3.board.json";
import xiaoC3 from "./nightlight_xiao_esp32c3.board.json";

/** The `archId` of DeviceScript's runtime. */
export type Family = "esp32" | "esp32c3" | "esp32s2" | "esp32s3" | "rp2040w";

/** A pin, and the label printed beside it. */
interface Pin<Name extends string = string> {
  pin: Name;
  label: string;
}

interface Wiring<Name extends string = string> {
  /** Name of the `*.board.json` without its ending, and of the module `@dsboard/…`. */
  module: string;
  title: string;
  family: Family;
  /** An analog pin of the first converter: the second converter is used by Wi-Fi. */
  sensor: Pin<Name>;
  /** `onBoard`: most boards of this kind already have an LED at this pin. */
  led: Pin<Name> & { onBoard: boolean };
  /** Pins for parts on I2C. */
  i2c: { sda: Pin<Name>; scl: Pin<Name> };
  /** The button's pin; the button connects it to ground. `onBoard`: the board's own BOOT button. */
  button: Pin<Name> & { onBoard: boolean };
  /** The GPIO of a WS2812B LED on the board; the runtime may use it as its status light. */
  rgbLedGpio?: number;
  /** Labels of the 3.3 V pin and of the ground pin. */
  supplyLabel: string;
  groundLabel: string;
  /** How to start the boot loader, if flashing fails unless it is started manually. */
  bootLoader: string;
}

export interface Board extends Wiring {
  sensorGpio: number;
  ledGpio: number;
  /** GPIO numbers by pin name of the `*.board.json`. */
  pins: Readonly<Record<string, number>>;
  /** GPIO numbers that the runtime uses itself: for its log and its status light. */
  taken: readonly number[];
}

/** The fields of a `*.board.json` that this file uses. */
interface BoardFile<Pins> {
  pins: Pins;
  log?: { pinTX: string | number };
  led?: { pin: string | number };
}

/**
 * Adds GPIO numbers to a wiring. The type admits only pins that the `*.board.json` names; the
 * compiler checks what each pin can do.
 */
export function defineBoard<Pins extends { [Name in keyof Pins]: number }>(
  file: BoardFile<Pins>,
  wiring: Wiring<keyof Pins & string>,
): Board {
  const pins: Readonly<Record<string, number>> = { ...file.pins };
  const gpio = (pin: string) => pins[pin] as number;
  const taken = [file.log?.pinTX, file.led?.pin]
    .filter((pin) => pin !== undefined)
    .map((pin) => (typeof pin === "number" ? pin : gpio(pin)));
  const { sensor, led } = wiring;
  return { ...wiring, sensorGpio: gpio(sensor.pin), ledGpio: gpio(led.pin), pins, taken };
}

const HOLD_BOOT = "hold BOOT while you plug it in, then let go";

/** The boards, by their names for `--board`. */
export const BOARDS = {
  "esp32-devkitc": defineBoard(devkitc, {
    module: "nightlight_esp32_devkitc",
    title: "ESP32 DevKitC",
    family: "esp32",
    sensor: { pin: "P34", label: "34" },
    led: { pin: "P2", label: "2", onBoard: true },
    i2c: { sda: { pin: "P21", label: "21" }, scl: { pin: "P22", label: "22" } },
    button: { pin: "P0", label: "BOOT", onBoard: true },
    supplyLabel: "3V3",
    groundLabel: "GND",
    bootLoader: "hold BOOT, press EN once, then let go of BOOT",
  }),
  "esp32-c3": defineBoard(c3, {
    module: "nightlight_esp32_c3",
    title: "ESP32-C3 (DevKitM-1 or bare)",
    family: "esp32c3",
    sensor: { pin: "P3", label: "3" },
    led: { pin: "P10", label: "10", onBoard: false },
    i2c: { sda: { pin: "P5", label: "5" }, scl: { pin: "P6", label: "6" } },
    button: { pin: "P9", label: "BOOT", onBoard: true },
    rgbLedGpio: 8,
    supplyLabel: "3V3",
    groundLabel: "GND",
    bootLoader: HOLD_BOOT,
  }),
  "xiao-esp32c3": defineBoard(xiaoC3, {
    module: "nightlight_xiao_esp32c3",
    title: "Seeed Studio XIAO ESP32C3",
    family: "esp32c3",
    // Not D0: GPIO2 is a boot strapping pin, and a dark room would pull it low.
    sensor: { pin: "A1_D1", label: "D1" },
    led: { pin: "MOSI_D10", label: "D10", onBoard: false },
    i2c: { sda: { pin: "SDA_D4", label: "SDA" }, scl: { pin: "SCL_D5", label: "SCL" } },
    button: { pin: "MISO_D9", label: "BOOT", onBoard: true },
    supplyLabel: "3V3",
    groundLabel: "GND",
    bootLoader: HOLD_BOOT,
  }),
  "esp32-s2": defineBoard(s2, {
    module: "nightlight_esp32_s2",
    title: "ESP32-S2 (Saola-1 or bare)",
    family: "esp32s2",
    sensor: { pin: "P1", label: "1" },
    led: { pin: "P2", label: "2", onBoard: false },
    i2c: { sda: { pin: "P8", label: "8" }, scl: { pin: "P9", label: "9" } },
    button: { pin: "P0", label: "BOOT", onBoard: true },
    rgbLedGpio: 18,
    supplyLabel: "3V3",
    groundLabel: "GND",
    bootLoader: "hold BOOT, press RST once, then let go of BOOT",
  }),
  "esp32-s3": defineBoard(s3, {
    module: "nightlight_esp32_s3",
    title: "ESP32-S3 (DevKitC-1 or DevKitM-1)",
    family: "esp32s3",
    sensor: { pin: "P4", label: "4" },
    led: { pin: "P5", label: "5", onBoard: false },
    i2c: { sda: { pin: "P8", label: "8" }, scl: { pin: "P9", label: "9" } },
    button: { pin: "P0", label: "BOOT", onBoard: true },
    rgbLedGpio: 48,
    supplyLabel: "3V3",
    groundLabel: "G",
    bootLoader: "hold BOOT, press RST once, then let go of BOOT",
  }),
  "qtpy-esp32c3": defineBoard(qtpyC3, {
    module: "nightlight_qtpy_esp32c3",
    title: "Adafruit QT Py ESP32-C3",
    family: "esp32c3",
    sensor: { pin: "A0_D0", label: "A0" },
    led: { pin: "MOSI_D10", label: "MO", onBoard: false },
    i2c: { sda: { pin: "SDA_D4", label: "SDA" }, scl: { pin: "SCL_D5", label: "SCL" } },
    button: { pin: "BOOT", label: "BOOT", onBoard: true },
    rgbLedGpio: 2,
    supplyLabel: "3V",
    groundLabel: "GND",
    bootLoader: HOLD_BOOT,
  }),
  "pico-w": defineBoard(picoW, {
    module: "nightlight_pico_w",
    title: "Raspberry Pi Pico W",
    family: "rp2040w",
    sensor: { pin: "GP26", label: "GP26" },
    led: { pin: "GP15", label: "GP15", onBoard: false },
    i2c: { sda: { pin: "GP4", label: "GP4" }, scl: { pin: "GP5", label: "GP5" } },
    button: { pin: "GP14", label: "GP14", onBoard: false },
    supplyLabel: "3V3(OUT)",
    groundLabel: "GND",
    bootLoader: "hold BOOTSEL while you plug it in: a drive RPI-RP2 appears",
  }),
} as const satisfies Record<string, Board>;

export type BoardName = keyof typeof BOARDS;

export const BOARD_NAMES = Object.keys(BOARDS) as BoardName[];

export function isBoardName(name: string): name is BoardName {
  return Object.hasOwn(BOARDS, name);
}
