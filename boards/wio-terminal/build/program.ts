/** Compiles and packs Nightlight's own program, with the details for the screen. */
import { VERSION } from "../../../server/base/version";
import { loadConfig } from "../../../server/setup/config";
import { compileFirmware } from "../../tools/firmware/compile";
import { ruleOfDevice, writeFirmwareConfig } from "../../tools/firmware/configure";
import { makePackage } from "./package";

interface PackOptions {
  /** The public key for verifying programs from the network. */
  readonly signer?: Uint8Array;
  /** Called if the program has to be compiled, which takes some seconds. */
  readonly onCompile?: () => void;
}

export async function packNightlight(
  settings: Readonly<Record<string, string>>,
  { signer, onCompile }: PackOptions = {},
): Promise<Buffer> {
  const config = loadConfig();
  writeFirmwareConfig(config);
  const program = await compileFirmware("src/main.ts", { onCompile });
  const about = { rule: ruleOfDevice(config), version: VERSION };
  return makePackage(program, settings, { about, signer });
}
