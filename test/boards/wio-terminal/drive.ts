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
/** What is another while its bootloader runs. */
export const BOOTLOADER = { productId: "002d" };
/** To open its port at this rate is the sign to restart into the bootloader. */
export const TOUCH_BAUD = 1200;

/** UF2: how many blocks the file has, in each of them. */
const [BLOCK_BYTES, BLOCK_COUNT_AT] = [512, 24];
const INFO =
  "UF2 Bootloader v3.7.0\r\nModel: Wio Terminal\r\nBoard-ID: SAMD51P19A-WioTerminal-v0\r\n";

/** A folder in place of a bootloader's drive: no board was at hand. */
export class Drive {
  readonly dir = mkdtempSync(join(tmpdir(), "nightlight-drive-"));
  readonly file = join(this.dir, "nightlight.uf2");
  private readonly info = join(this.dir, "INFO_UF2.TXT");

  constructor() {
    onTestFinished(() => rmSync(this.dir, { recursive: true }));
  }

  /** The bootloader starts. */
  appear(board = "WioTerminal"): void {
    writeFileSync(this.info, INFO.replace("WioTerminal", board));
  }

  /** The bootloader ends. */
  goAway(): void {
    rmSync(this.info);
  }

  refuse(): void {
    mkdirSync(this.file);
  }

  /** What was copied; undefined until all of it is there. */
  get image(): Buffer | undefined {
    const file = existsSync(this.file) ? readFileSync(this.file) : Buffer.alloc(0);
    const isWhole =
      file.length > 0 && file.length === BLOCK_BYTES * file.readUInt32LE(BLOCK_COUNT_AT);
    return isWhole ? file : undefined;
  }
}
