import { readFileSync } from "node:fs";
import { open, url } from "node:inspector";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { ROOT } from "../base/root";
import { evaluateSection, sectionSource } from "./cli-bundle";
import type { JDBus } from "./jacdac";

/** The parts of the compiler's debug information that are used here. */
export interface DebugInfo {
  sources: { path: string; text: string }[];
}

/** The CLI's own adapter: a session of the Debug Adapter Protocol. */
interface Session {
  start(input: Readable, output: Writable): void;
  /** If true, the end of a session does not end the process. */
  setRunAsServer(isServer: boolean): void;
  sendEvent(event: object): void;
  sendLog(text: string, data?: unknown, category?: string): void;
  launchRequest(response: object, args: LaunchArguments): void;
}

/** Fields of a launch configuration for this repository's adapter. */
interface LaunchArguments {
  /** Whether to stop on breakpoints in the server, too. */
  server?: boolean;
  /** Whether to stop before the firmware's first line. */
  stopOnEntry?: boolean;
}

interface Dap {
  DsDapSession: new (
    bus: JDBus,
    info: DebugInfo,
    resolvePath: (source: { path: string }) => string | undefined,
  ) => Session;
}

const SECTION = "dap/built/devicescript-dap.cjs";
const nodeRequire = createRequire(import.meta.url);

/**
 * Starts the debug adapter for one session.
 * @returns a function that writes a line to the debug console
 */
export function startDebugSession(
  bus: JDBus,
  info: DebugInfo,
  input: Readable,
  output: Writable,
): (line: string) => void {
  const { DsDapSession } = evaluateSection(sectionSource(SECTION), nodeRequire) as Dap;
  const sameOnDisk = new Set(info.sources.filter(isOnDisk).map(({ path }) => path));
  class ServerToo extends DsDapSession {
    /** Suppresses the adapter's log of each message in the debug console. */
    override sendLog(text: string, data?: unknown, category?: string): void {
      if (category === "warn") super.sendLog(text, data, category);
    }

    override launchRequest(response: object, args: LaunchArguments): void {
      if (args.server) debugThisProcess(this);
      // VS Code sends only the configured fields; the CLI's adapter stops on entry unless told not
      // to.
      super.launchRequest(response, { stopOnEntry: false, ...args });
    }
  }
  const session = new ServerToo(bus, info, ({ path }) =>
    sameOnDisk.has(path) ? join(ROOT, path) : undefined,
  );
  session.setRunAsServer(true);
  session.start(input, output);
  return (line) => {
    const body = { category: "console", output: `${line}\n` };
    session.sendEvent({ type: "event", seq: 0, event: "output", body });
  };
}

/**
 * Whether the file on disk is still the source that was compiled. If not, the debugger shows the
 * compiled text.
 */
function isOnDisk({ path, text }: { path: string; text: string }): boolean {
  try {
    return readFileSync(join(ROOT, path), "utf8") === text;
  } catch {
    return false;
  }
}

/**
 * Reports where VS Code's own debugger for Node can attach to this process; the extension then
 * starts that debugger. The protocol's own request, `startDebugging`, would start a session of this
 * adapter's type.
 */
function debugThisProcess(session: Session): void {
  if (url() === undefined) open(0, "127.0.0.1");
  const port = Number(new URL(url() ?? "").port);
  const body = { type: "node", request: "attach", name: "Server", port, cwd: ROOT };
  session.sendEvent({ type: "event", seq: 0, event: "nightlightServer", body });
}
