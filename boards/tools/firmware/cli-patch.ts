import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";

/** The only version that the patches were written for and tested with. */
const VERSION = "2.16.4";
const FOLDER = join(ROOT, "node_modules/@devicescript/cli");
const FILE = join(FOLDER, "built/devicescript-cli.cjs");
const MARK = "/* nightlight: ";

/**
 * Two waits that are added to the CLI. Without them, F5 in VS Code seldom stops at a breakpoint.
 * Each patch's code is inserted before a text that occurs once.
 */
const PATCHES = [
  {
    // Compiling blocks the event loop for seconds. The CLI then considers the device gone, and
    // waits for an answer of an object that is no longer served. So the patch first waits for a
    // packet from the device.
    before: "      const service = deployService(args);\n",
    code: `      ${MARK}hear the device again before the deploy */
      for (let since = devtoolsSelf.bus.timestamp, n = 0; n < 600; n++) {
        const managers = devtoolsSelf.bus.services({ serviceClass: SRV_DEVICE_SCRIPT_MANAGER });
        const isHeard = ({ device }) =>
          device.lastSeen > since && [device.deviceId, "*"].includes(args.deployTo);
        if (managers.some(isHeard)) break;
        await delay(100);
      }
`,
  },
  {
    // After this answer, VS Code's extension searches for the simulator for 4 s only.
    before: "  return {};\n}\nfunction initVMCmds() {\n",
    code: `  ${MARK}answer once the simulator is on the bus */
  const isThere = () => devtoolsIface.bus.device(args.deviceId, true)?.services({ serviceClass: SRV_DEVICE_SCRIPT_MANAGER }).length > 0;
  for (let n = 0; n < 600 && args.deviceId && worker0.exitCode === null && !isThere(); n++)
    await delay(100);
`,
  },
];

/**
 * Makes the installed CLI reliable for the debugger. Idempotent.
 * @throws UserError if another version is installed, or a CLI with patches of another revision
 */
export function patchCli(): void {
  const { version } = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")) as {
    version: string;
  };
  if (version !== VERSION)
    throw new UserError(
      `@devicescript/cli: expected version ${VERSION}, got ${version}: boards/tools/firmware/cli-patch.ts was not tested with it`,
    );
  const source = readFileSync(FILE, "utf8");
  if (isPatched(source)) return;
  // Another process may be starting the CLI: it must get the old file, or the whole new one.
  const file = `${FILE}.${process.pid}`;
  writeFileSync(file, patched(source));
  renameSync(file, FILE);
}

/** @throws UserError if the CLI has only some of the patches, or patches of another revision */
export function isPatched(source: string): boolean {
  if (PATCHES.every(({ code }) => source.includes(code))) return true;
  if (!source.includes(MARK)) return false;
  throw new UserError("@devicescript/cli: has patches of another revision; run npm ci");
}

/** @throws Error if the text at a patch's place does not occur exactly once */
export function patched(source: string): string {
  return PATCHES.reduce((text, { before, code }) => {
    const [head, tail, ...more] = text.split(before);
    if (head === undefined || tail === undefined || more.length > 0)
      throw new Error(`the CLI has not exactly one ${JSON.stringify(before)}`);
    return head + code + before + tail;
  }, source);
}

/** The CLI's source as npm installs it. */
export function unpatched(source: string): string {
  return PATCHES.reduce((text, { code }) => text.replace(code, ""), source);
}
