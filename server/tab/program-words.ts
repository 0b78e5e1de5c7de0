import { type CompileError, EDITABLE_FILE } from "../base/tab-program";

/** Messages about a program that a learner has changed. Pure. */

/** Sorts errors. Errors in the learner's file come first, because they cause the other errors. */
export function sortErrors(errors: CompileError[]): CompileError[] {
  const isOwn = ({ file }: CompileError) => Number(file === EDITABLE_FILE);
  return [...errors].sort((a, b) => isOwn(b) - isOwn(a) || a.line - b.line);
}

export function errorWords({ file, line, column, message }: CompileError): string {
  const place = file === EDITABLE_FILE ? `Line ${line}, column ${column}` : `${file}, line ${line}`;
  return `${place}: ${message}`;
}

export function countWords(count: number): string {
  return count === 1
    ? "The program does not compile: 1 error."
    : `The program does not compile: ${count} errors.`;
}
