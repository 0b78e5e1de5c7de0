import { CHANGED_FILE, type CompileError } from "../base/tab-program";

/** What a person is told of a program that was changed. Pure. */

/** Those in the file that can be changed come first: the others follow from them. */
export function inOrder(errors: CompileError[]): CompileError[] {
  const isOwn = ({ file }: CompileError) => Number(file === CHANGED_FILE);
  return [...errors].sort((a, b) => isOwn(b) - isOwn(a) || a.line - b.line);
}

export function errorWords({ file, line, column, message }: CompileError): string {
  const place = file === CHANGED_FILE ? `Line ${line}, column ${column}` : `${file}, line ${line}`;
  return `${place}: ${message}`;
}

export function countWords(count: number): string {
  return count === 1 ? "It does not compile: 1 error." : `It does not compile: ${count} errors.`;
}
