import { destination, pino, stdTimeFunctions } from "pino";

/** The origin of a log line; its first column. */
export type LogSource = "broker" | "server" | "device" | "page" | "start";

/** Machine-readable fields of a log line. */
export interface LogFields {
  /** Level of the line; `info` if absent. */
  level?: "info" | "warn" | "error";
  /** Id of the device concerned. */
  id?: string;
  topic?: string;
  /** Why the input was refused. */
  reason?: string;
}

export type Log = (source: LogSource, text: string, details?: LogFields) => void;

/** The program's output: the log, and messages about the program itself. */
export interface Output {
  log: Log;
  /** Prints a message about the program's start or end. */
  say(text: string): void;
  /** Prints a problem that a person must fix before the program can start. */
  fail(text: string): void;
}

export type LogFormat = "text" | "json";

export function openOutput(format: LogFormat): Output {
  ignoreClosedOutput();
  return format === "json" ? jsonLines() : textLines;
}

/**
 * Keeps the program running when its output has no reader: the terminal was closed, or the program
 * behind the pipe has ended. Without a listener, such an error would end this program at once, and
 * unsaved data would be lost.
 */
export function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", goOn);
}

function goOn(): void {
  // No-op: the lines are lost.
}

/** Plain text, one line per event. */
const textLines: Output = {
  log: (source, text) => console.log(`${source.padEnd(7)} ${printable(text)}`),
  say: (text) => console.log(text),
  fail: (text) => console.error(`nightlight: ${text}`),
};

/**
 * Returns an output of JSON: one object per line, all on stdout, with the same messages as plain
 * text.
 */
function jsonLines(): Output {
  // Synchronous: buffered lines would be lost at the end of the process.
  const lines = destination({ fd: process.stdout.fd, sync: true });
  lines.on("error", goOn);
  const logger = pino(
    {
      base: undefined,
      messageKey: "message",
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    lines,
  );
  const log: Log = (source, text, { level = "info", ...fields } = {}) =>
    logger[level]({ source, ...fields }, printable(text.replace(SAYS_LEVEL, "")));
  return {
    log,
    say: (text) => log("start", text),
    fail: (text) => log("start", text, { level: "error" }),
  };
}

/** The prefix that shows the level in plain text; JSON lines have a field instead. */
const SAYS_LEVEL = /^(Warning|Error): /;
/** Control characters, which would let a payload draw on the terminal. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

/** Makes untrusted text safe to print: one line, no escape sequences, of bounded length. */
export function printable(text: string): string {
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return short.replace(CONTROL, "·");
}

/** Returns a copy whose payload is safe to print. Messages are stored as they were received. */
export function withPrintablePayload<T extends { payload: string }>(message: T): T {
  return { ...message, payload: printable(message.payload) };
}
