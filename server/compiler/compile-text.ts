import { type DebugInfo, type SourceMap, sourceMapOf } from "../base/source-map";
import type { CompileError } from "../base/tab-program";

/** Compiles texts with DeviceScript's compiler, which gets no access to files. */

export interface SourceTexts {
  /** Path of the entry file in `files`. */
  entry: string;
  /** Texts by path in the checkout, such as "src/main.ts". */
  files: Record<string, string>;
}

export type CompileOutcome =
  { program: Uint8Array; places: SourceMap } | { errors: CompileError[] };

/** The parts of the compiler that are used here. */
export interface Compiler {
  resolveBuildConfig(local: object): object;
  /** Returns the files of DeviceScript's packages, by path. */
  preludeFiles(config: object): Record<string, string>;
  compileWithHost(entry: string, host: Host): { binary?: Uint8Array; dbg?: DebugInfo };
}

interface Host {
  read(path: string): string;
  write(path: string, content: unknown): void;
  resolvePath(path: string): string;
  relativePath(path: string): string;
  log(line: string): void;
  isBasicOutput(): boolean;
  error(diagnostic: Diagnostic): void;
  getFlags(): object;
  getConfig(): object;
  verifyBytecode(): void;
}

interface Diagnostic {
  filename: string;
  line: number;
  column: number;
  code: number;
  category: number;
  messageText: string | MessageChain;
}

interface MessageChain {
  messageText: string;
  next?: MessageChain[];
}

/** TypeScript's `DiagnosticCategory.Error`. */
const ERROR = 1;
/** Error codes from this number are DeviceScript's own, for code that it can't translate. */
const OWN_CODE = 9000;
const MAX_ERRORS = 20;
const MAX_MESSAGE_CHARS = 400;
/** The path that the compiler sees as the checkout. */
const FOLDER = "/checkout";

/**
 * Compiles the sources.
 * @throws Error if the compiler itself fails
 */
export function compileText(compiler: Compiler, { entry, files }: SourceTexts): CompileOutcome {
  const found: Diagnostic[] = [];
  const config = compiler.resolveBuildConfig({ hwInfo: {} });
  const packages = compiler.preludeFiles(config);
  // The program can import only these files.
  const known = new Map([...Object.entries(packages), ...Object.entries(files)]);
  const { binary, dbg } = compiler.compileWithHost(entry, {
    read: (path) => {
      const text = known.get(inCheckout(path));
      if (text === undefined) throw new Error("no such file");
      return text;
    },
    write: () => undefined,
    resolvePath: absolute,
    relativePath: inCheckout,
    log: () => undefined,
    isBasicOutput: () => true,
    error: (diagnostic) => {
      if (diagnostic.category === ERROR) found.push(diagnostic);
    },
    getFlags: () => ({}),
    getConfig: () => config,
    // No verification here: the virtual machine that gets the program verifies it.
    verifyBytecode: () => undefined,
  });
  if (found.length > 0) return { errors: errorsOf(found) };
  if (!binary || !dbg) throw new Error("the compiler returned neither a program nor an error");
  return { program: binary, places: sourceMapOf(dbg) };
}

/**
 * Returns the errors to show. If TypeScript reports errors, those of DeviceScript are left out:
 * they follow from the same faults.
 */
function errorsOf(found: Diagnostic[]): CompileError[] {
  const first = found.filter(({ code }) => code < OWN_CODE);
  return (first.length > 0 ? first : found).slice(0, MAX_ERRORS).map(errorOf);
}

function errorOf({ filename, line, column, code, messageText }: Diagnostic): CompileError {
  const words = wordsOf(messageText).replaceAll(`${FOLDER}/`, "");
  const message = code < OWN_CODE ? `${words} (TS${code})` : words;
  return {
    file: inCheckout(filename),
    line,
    column,
    message:
      message.length > MAX_MESSAGE_CHARS ? `${message.slice(0, MAX_MESSAGE_CHARS)}…` : message,
  };
}

/** Joins a message with its nested reasons. */
function wordsOf(message: string | MessageChain): string {
  if (typeof message === "string") return message;
  return [message.messageText, ...(message.next ?? []).map(wordsOf)].join(" ");
}

function absolute(path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${FOLDER}/${path}`).split("/"))
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  return `/${parts.join("/")}`;
}

function inCheckout(path: string): string {
  const whole = absolute(path);
  return whole.startsWith(`${FOLDER}/`) ? whole.slice(FOLDER.length + 1) : whole;
}
