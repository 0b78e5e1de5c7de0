import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../server/base/root";
import { UserError } from "../../../server/base/user-error";

/** The one version that the patches were written and tried for. */
const VERSION = "2.16.4";
const FOLDER = join(ROOT, "node_modules/@devicescript/cli");
const FILE = join(FOLDER, "built/devicescript-cli.cjs");
const MARK = "/* nightlight: ";

/**
 * Two waits without which F5 in VS Code seldom stops on a breakpoint. The code is put in front of
 * a text that occurs once.
 */
const PATCHES = [
  {
    // Compiling blocks the event loop for seconds. Then the CLI takes the device for gone, and
    // waits for the answer of an object that nobody serves any more. So hear the device first.
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
    // VS Code's extension looks for the simulator for 4 s only after this answer.
    before: "  return {};\n}\nfunction initVMCmds() {\n",
    code: `  ${MARK}answer once the simulator is on the bus */
  const isThere = () => devtoolsIface.bus.device(args.deviceId, true)?.services({ serviceClass: SRV_DEVICE_SCRIPT_MANAGER }).length > 0;
  for (let n = 0; n < 600 && args.deviceId && worker0.exitCode === null && !isThere(); n++)
    await delay(100);
`,
  },
];

/**
 * Makes the installed CLI dependable for the debugger. Safe to repeat.
 * @throws UserError if another version is installed, or the patches of another state of this repository
 */
export function patchCli(): void {
  const { version } = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")) as {
    version: string;
  };
  if (version !== VERSION)
    throw new UserError(
      `@devicescript/cli: expected version ${VERSION}, got ${version}: boards/tools/firmware/cli-patch.ts was not tried with it`,
    );
  const source = readFileSync(FILE, "utf8");
  if (isPatched(source)) return;
  // Others may be starting the CLI right now: they get the old file, or the whole new one.
  const file = `${FILE}.${process.pid}`;
  writeFileSync(file, patched(source));
  renameSync(file, FILE);
}

/** @throws UserError if only some of it is there, or what was there before a change of the patches */
export function isPatched(source: string): boolean {
  if (PATCHES.every(({ code }) => source.includes(code))) return true;
  if (!source.includes(MARK)) return false;
  throw new UserError("@devicescript/cli: has other patches than these; run npm ci");
}

/** @throws Error if a place is not there exactly once */
export function patched(source: string): string {
  return PATCHES.reduce((text, { before, code }) => {
    const [head, tail, ...more] = text.split(before);
    if (head === undefined || tail === undefined || more.length > 0)
      throw new Error(`the CLI has not exactly one ${JSON.stringify(before)}`);
    return head + code + before + tail;
  }, source);
}

/** The CLI as npm brings it. */
export function unpatched(source: string): string {
  return PATCHES.reduce((text, { code }) => text.replace(code, ""), source);
}
