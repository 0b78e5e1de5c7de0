/** Nightlight's firmware on QEMU's board, with a Wi-Fi network in range. */
import { LIGHT_MAX_RAW } from "../../../src/common/wire";
import { compileFirmware } from "../../tools/firmware/compile";
import { QEMU } from "../build/compile";
import { linkImage } from "../build/image";
import { makePackage } from "../build/package";
import type { Network } from "./coprocessor/station";
import { QemuBoard } from "./qemu-board";

export const HOME: Network = {
  ssid: "home",
  password: "good night",
  hosts: { "broker.home": "127.0.0.1" },
};

export interface NightlightBoardOptions {
  id: string;
  broker: string;
  /** Called before the board starts, for example to order faults. */
  prepare?: (board: QemuBoard) => void;
  /** Additional arguments for QEMU. */
  args?: readonly string[];
}

export async function startNightlightBoard(options: NightlightBoardOptions): Promise<QemuBoard> {
  const { elf } = await linkImage(QEMU);
  const packed = makePackage(await compileFirmware(), {
    ID: options.id,
    BROKER: options.broker,
    WIFI_SSID: HOME.ssid,
    WIFI_PWD: HOME.password ?? "",
  });
  const { prepare, args } = options;
  return await QemuBoard.start({ elf, packed, network: HOME, prepare, args });
}

/** @param raw a reading, 0..1023. @returns the same light on the sensor's scale, 0..65535 */
export function lightOfRaw(raw: number): number {
  return Math.round((raw / LIGHT_MAX_RAW) * 65535);
}
