/**
 * What DeviceScript's command line runs instead of Python's esptool:
 * `--port PORT --baud RATE write_flash [OPTION VALUE ...] OFFSET FILE`.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { messageOf, UserError } from "../../server/base/user-error";
import { command } from "./command";
import { webSerialOf } from "./firmware/node-serial";

await command(async () => {
  const { values, positionals } = parseArgs({
    options: { port: { type: "string" }, baud: { type: "string" } },
    allowPositionals: true,
    strict: false,
  });
  // Whatever stands between is about the flash, whose parameters are the image's here.
  const [verb] = positionals;
  const [offset = "", file = ""] = positionals.slice(-2);
  const [port, baud] = [String(values["port"]), Number(values["baud"])];
  if (verb !== "write_flash" || !/^0x[0-9a-f]+$/i.test(offset) || file === "")
    throw new UserError("expected write_flash OFFSET FILE");
  await writeFlash(port, baud, Number(offset), readFileSync(file));
});

process.exit();

async function writeFlash(
  path: string,
  baudrate: number,
  address: number,
  image: Buffer,
): Promise<void> {
  const { ESPLoader, Transport } = await import("esptool-js");
  const port = await webSerialOf(path);
  const transport = new Transport(port, false);
  // It traces although it is told not to.
  transport.trace = () => undefined;
  const terminal = {
    clean: () => undefined,
    write: (text: string) => void process.stdout.write(text),
    writeLine: (text: string) => console.log(text),
  };
  try {
    const loader = new ESPLoader({ transport, baudrate, romBaudrate: 115_200, terminal });
    await loader.main();
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
