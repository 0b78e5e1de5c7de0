import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const WIO_USB = {
  vendor: "Seeed",
  vendorId: "2886",
  productId: "802d",
  serialNumber: "0001",
};
/** The part of the board's USB identity that differs while the bootloader runs. */
export const BOOTLOADER = { productId: "002d" };
/** Opening the board's port at this rate restarts the board into the bootloader. */
export const TOUCH_BAUD = 1200;

/** Size of a UF2 block, and offset of its field with the file's number of blocks. */
const [BLOCK_BYTES, BLOCK_COUNT_AT] = [512, 24];
const INFO =
  "UF2 Bootloader v3.7.0\r\nModel: Wio Terminal\r\nBoard-ID: SAMD51P19A-WioTerminal-v0\r\n";

/** A folder that stands in for the bootloader's drive, because no board was available. */
export class Drive {
  readonly dir = mkdtempSync(join(tmpdir(), "nightlight-drive-"));
  readonly file = join(this.dir, "nightlight.uf2");
  private readonly info = join(this.dir, "INFO_UF2.TXT");

  constructor() {
    onTestFinished(() => rmSync(this.dir, { recursive: true }));
  }

  /** Shows the drive, as a starting bootloader does. */
  appear(board = "WioTerminal"): void {
    writeFileSync(this.info, INFO.replace("WioTerminal", board));
  }

  /** Hides the drive, as an ending bootloader does. */
  goAway(): void {
    rmSync(this.info);
  }

  refuse(): void {
    mkdirSync(this.file);
  }

  /** The copied image; undefined until it is complete. */
  get image(): Buffer | undefined {
    const file = existsSync(this.file) ? readFileSync(this.file) : Buffer.alloc(0);
    const isWhole =
      file.length > 0 && file.length === BLOCK_BYTES * file.readUInt32LE(BLOCK_COUNT_AT);
    return isWhole ? file : undefined;
  }
}
