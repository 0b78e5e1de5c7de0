/**
 * The program that DeviceScript's command line runs instead of Python's esptool:
 * `--port PORT --baud RATE write_flash [OPTION VALUE ...] OFFSET FILE`.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { messageOf, UserError } from "../../server/base/user-error";
import { command } from "./command";
import { webSerialOf } from "./firmware/node-serial";

/** ESP-IDF, "App Image Format": an image begins with 0xe9, and the header contains the chip id. */
const [IMAGE_MAGIC, CHIP_ID_OFFSET] = [0xe9, 12];

await command(async () => {
  const { values, positionals } = parseArgs({
    options: { port: { type: "string" }, baud: { type: "string" } },
    allowPositionals: true,
    strict: false,
  });
  // The arguments in between are flash parameters, which this program takes from the image instead.
  const [verb] = positionals;
  const [offset = "", file = ""] = positionals.slice(-2);
  const [port, baud] = [String(values["port"]), Number(values["baud"])];
  if (verb !== "write_flash" || !/^0x[0-9a-f]+$/i.test(offset) || file === "")
    throw new UserError("expected write_flash OFFSET FILE");
  await writeFlash(port, baud, Number(offset), readFileSync(file));
});

process.exit();

/**
 * Checks that the image is for the chip. esptool-js does not check: if it keeps the flash
 * parameters, it reads no header.
 * @throws UserError if the image is for another chip
 */
function refuseOtherChip(image: Buffer, chip: { CHIP_NAME: string; IMAGE_CHIP_ID?: number }): void {
  if (image[0] !== IMAGE_MAGIC) return;
  const got = image.readUInt16LE(CHIP_ID_OFFSET);
  if (got === chip.IMAGE_CHIP_ID) return;
  // The DeviceScript CLI searches standard output for these words, and then names both chips.
  console.log("Unexpected chip id in image");
  throw new UserError(
    `expected an image for ${chip.CHIP_NAME}, chip id ${chip.IMAGE_CHIP_ID ?? "none"}, got one for chip id ${got}; nothing was written`,
  );
}

async function writeFlash(
  path: string,
  baudrate: number,
  address: number,
  image: Buffer,
): Promise<void> {
  const { ESPLoader, Transport } = await import("esptool-js");
  const port = await webSerialOf(path);
  const transport = new Transport(port, false);
  // The transport traces even with tracing switched off.
  transport.trace = () => undefined;
  const terminal = {
    clean: () => undefined,
    write: (text: string) => void process.stdout.write(text),
    writeLine: (text: string) => console.log(text),
  };
  try {
    const loader = new ESPLoader({ transport, baudrate, romBaudrate: 115_200, terminal });
    await loader.main();
    refuseOtherChip(image, loader.chip);
    await loader.writeFlash({
      fileArray: [{ data: Uint8Array.from(image), address }],
      ...{ flashMode: "keep", flashFreq: "keep", flashSize: "keep" },
      eraseAll: false,
      compress: true,
      calculateMD5Hash: (bytes) => createHash("md5").update(bytes).digest("hex"),
    });
    await loader.after("hard_reset");
  } catch (error) {
    throw new UserError(`${path}: ${messageOf(error)}`);
  } finally {
    await transport.disconnect().catch(() => undefined);
  }
}
