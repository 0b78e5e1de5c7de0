import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { EDITABLE_FILE, type ProgramView } from "../base/tab-program";
import { messageOf } from "../base/user-error";
import { evaluateSection, sectionSource } from "../simulator/cli-bundle";
import { type Compiler, compileText, type SourceTexts } from "./compile-text";

/**
 * Entry point of the compiler process: reads sources as JSON from stdin, and writes a `ProgramView`
 * to stdout.
 */

const SECTION = "compiler/built/devicescript-compiler.node.cjs";
/**
 * A file system without files, for TypeScript: at its start it checks whether file names are
 * case-sensitive.
 */
const NO_FILES = { statSync: () => undefined, realpathSync: (path: string) => path };
const HARMLESS = ["buffer", "crypto", "os", "path", "perf_hooks"];

const nodeRequire = createRequire(import.meta.url);

function modules(name: string): unknown {
  if (name === "fs") return NO_FILES;
  if (HARMLESS.includes(name)) return nodeRequire(name);
  throw new Error(`no module ${name} for the compiler`);
}

async function main(): Promise<void> {
  const sources = JSON.parse(await text(process.stdin)) as SourceTexts;
  const compiler = evaluateSection(sectionSource(SECTION), modules) as Compiler;
  process.stdout.write(JSON.stringify(compile(compiler, sources)));
}

function compile(compiler: Compiler, sources: SourceTexts): ProgramView {
  try {
    const outcome = compileText(compiler, sources);
    if ("errors" in outcome) return outcome;
    const { program, places } = outcome;
    return { program: Buffer.from(program).toString("base64"), places };
  } catch (error) {
    // The compiler fails, for example, on a text that is nested too deeply.
    const message = `The compiler failed: ${messageOf(error)}`;
    return { errors: [{ file: EDITABLE_FILE, line: 1, column: 1, message }] };
  }
}

void main();
