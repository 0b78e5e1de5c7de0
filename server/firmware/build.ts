/** `npm run build`: the firmware's bytecode, as boards and simulators take it. */
import { statSync } from "node:fs";
import { relative } from "node:path";
import { UserError } from "../user-error";
import { OUTPUT, runCompiler } from "./compile";
import { ROOT } from "./paths";

try {
  console.log("Compiling src/main.ts ...");
  await runCompiler("src/main.ts");
  console.log(`Firmware: ${statSync(OUTPUT).size} bytes in ${relative(ROOT, OUTPUT)}`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`nightlight: ${error.message}`);
  process.exitCode = 1;
}
