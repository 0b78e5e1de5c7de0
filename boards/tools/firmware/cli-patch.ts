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
 * Code that is added to the CLI: two waits, without which F5 in VS Code seldom stops at a
 * breakpoint, and a longer timeout. Each patch's code is inserted before a text that occurs once.
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
  {
    // With the default of 1 s, a board that erases its flash for longer loses the connection in the
    // middle of a deploy, and a slow one at the start, for good. The CLI has 60 s for other lines.
    before:
      "  async transportConnectAsync(background) {\n    this.transport = this.mkTransport(this.bus);\n",
    code: `  ${MARK}keep the serial port of a silent board open */
  get pulseTimeout() {
    return 6e4;
  }
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

/**
 * @returns false if at least one patch is missing, as after an update of this repository
 * @throws UserError if the CLI has a patch of another revision
 */
export function isPatched(source: string): boolean {
  const present = PATCHES.filter(({ code }) => source.includes(code)).length;
  if (source.split(MARK).length - 1 > present)
    throw new UserError("@devicescript/cli: has patches of another revision; run npm ci");
  return present === PATCHES.length;
}

/**
 * Adds the missing patches.
 * @throws Error if the text at a patch's place does not occur exactly once
 */
export function patched(source: string): string {
  return PATCHES.reduce((text, { before, code }) => {
    if (text.includes(code)) return text;
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
