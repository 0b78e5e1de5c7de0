import { type DebugInfo, type Places, placesOf } from "../base/places";
import type { CompileError } from "../base/tab-program";

/** One compile by DeviceScript's compiler, of texts alone: it has no way to a file. */

export interface Sources {
  /** One of the files. */
  entry: string;
  /** Texts by path in the checkout, as "src/main.ts". */
  files: Record<string, string>;
}

export type Outcome = { program: Uint8Array; places: Places } | { errors: CompileError[] };

/** Of the compiler, what is used here. */
export interface Compiler {
  resolveBuildConfig(local: object): object;
  /** The packages of DeviceScript, by path. */
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
/** From here on the codes are DeviceScript's own, for what it can't translate. */
const OWN_CODE = 9000;
const MAX_ERRORS = 20;
const MAX_MESSAGE = 400;
/** Where the compiler believes the checkout to be. */
const FOLDER = "/checkout";

/** @throws Error if the compiler itself fails */
export function compileText(compiler: Compiler, { entry, files }: Sources): Outcome {
  const found: Diagnostic[] = [];
  const config = compiler.resolveBuildConfig({ hwInfo: {} });
  const packages = compiler.preludeFiles(config);
  // Whatever else a program imports is not there.
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
    // The virtual machine that gets it verifies it.
    verifyBytecode: () => undefined,
  });
  if (found.length > 0) return { errors: errorsOf(found) };
  if (!binary || !dbg) throw new Error("the compiler made no program, and does not say why");
  return { program: binary, places: placesOf(dbg) };
}

/** What TypeScript refuses can't be translated either: one error for each fault is enough. */
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
    message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message,
  };
}

/** The reason for an error may have a reason itself. */
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
