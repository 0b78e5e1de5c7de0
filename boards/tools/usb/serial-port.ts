import { accessSync, constants } from "node:fs";
import { createInterface } from "node:readline/promises";
import { messageOf, UserError } from "../../../server/base/user-error";
import { linuxPorts, type Port } from "./linux-ports";

export type { Port };

/** USB vendors of the boards, or of their serial chips. */
const VENDORS: Record<string, string> = {
  "303a": "Espressif",
  "10c4": "CP210x",
  "1a86": "CH34x",
  "0403": "FTDI",
  "2e8a": "Raspberry Pi",
  "2886": "Seeed",
};

/** Asks the user at the terminal; undefined if there is no terminal. */
export type Ask = (question: string) => Promise<string | undefined>;

/**
 * Loads native code. The package is optional, so that all else works on machines without a build.
 */
export async function loadSerialPort() {
  try {
    return (await import("serialport")).SerialPort;
  } catch {
    throw new UserError("the package serialport is missing: npm install --include=optional");
  }
}

/** @throws UserError if the port can't be opened */
export async function openPort(path: string, baudRate: number) {
  const SerialPort = await loadSerialPort();
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error)
        reject(new UserError(`${path}: ${messageOf(error)}; is another program using it?`));
      else resolve();
    });
  });
  // Ignored: an unplugged board stops answering, and the user gets a message about that.
  port.on("error", () => undefined);
  return port;
}

export async function listPorts(): Promise<Port[]> {
  const SerialPort = await loadSerialPort();
  try {
    const ports: unknown = await SerialPort.list();
    return (ports as Port[]).map((port) => ({ ...port, path: callOutPath(port.path) }));
  } catch (error) {
    // On Linux, the package runs a program of udev, which not every system has.
    if (!isMissingProgram(error)) throw error;
    return linuxPorts();
  }
}

function isMissingProgram(error: unknown): boolean {
  return process.platform === "linux" && (error as NodeJS.ErrnoException).code === "ENOENT";
}

/**
 * Returns the call-out name of a port. macOS has two names for a port: opening `/dev/tty.*` waits
 * for a caller, opening `/dev/cu.*` does not. The DeviceScript CLI lists ports by the second name.
 */
export function callOutPath(path: string): string {
  return path.replace(/^\/dev\/tty\./, "/dev/cu.");
}

/**
 * Chooses the port of a board.
 * @param wanted the port from `--port`
 * @returns undefined if no board is plugged in
 * @throws UserError if the choice is not clear, or the port can't be opened
 */
export async function choosePort(
  wanted: string | undefined,
  ports: Port[],
  ask: Ask,
): Promise<string | undefined> {
  const boards = ports.filter(isBoard);
  if (wanted !== undefined) {
    const path = callOutPath(wanted);
    if (ports.some((port) => port.path === path)) return checkPermission(path);
    throw new UserError(`--port: no port ${wanted}: there ${listed(ports)}`);
  }
  if (boards.length > 1) return checkPermission(await choose(boards, ask));
  return boards[0] && checkPermission(boards[0].path);
}

export function listed(ports: Port[]): string {
  if (!ports.length) return "is no serial port at all";
  return `${ports.length === 1 ? "is" : "are"} ${ports.map(described).join(", ")}`;
}

export const askTerminal: Ask = async (question) => {
  if (!process.stdin.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
};

async function choose(boards: Port[], ask: Ask): Promise<string> {
  const menu = boards.map((port, index) => `  ${index + 1}  ${described(port)}`).join("\n");
  const answer = await ask(`Several boards are plugged in:\n${menu}\nWhich one? `);
  const port = boards[Number(answer) - 1];
  if (port) return port.path;
  throw new UserError(
    `several boards are plugged in, choose one with --port: ${boards.map(described).join(", ")}`,
  );
}

function isBoard(port: Port): boolean {
  return port.vendorId !== undefined && port.vendorId.toLowerCase() in VENDORS;
}

function described(port: Port): string {
  const name = VENDORS[port.vendorId?.toLowerCase() ?? ""] ?? port.manufacturer;
  return name ? `${port.path} (${name})` : port.path;
}

/** @throws UserError if the port can't be opened */
export function checkPermission(path: string): string {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch {
    if (process.platform === "linux")
      throw new UserError(
        `${path}: not permitted; run \`sudo usermod -aG dialout $USER\`, then log out and in`,
      );
  }
  return path;
}
