import { readFileSync } from "node:fs";
import { findJsonMistake } from "./json-mistake";
import { messageOf, UserError } from "./user-error";

/**
 * Reads a file that a person has named.
 * @throws Error of the file system, with the path added: for a folder, Node's message names no path
 */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  }
}

/**
 * Reads a text file that a person may have written.
 * @throws Error of the file system, as `readBytes` does
 * @throws UserError if the file is not text
 */
export function readText(path: string): string {
  const bytes = readBytes(path);
  try {
    return textOf(bytes);
  } catch (error) {
    throw new UserError(`${path}: ${messageOf(error)}`);
  }
}

/**
 * Decodes text as editors save it: UTF-8, or UTF-16 (called Unicode on Windows), with or without a
 * byte order mark (Unicode 15.0, section 23.8). The mark is not part of the text (RFC 8259, section
 * 8.1).
 * @throws UserError if the bytes are not text
 */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  let encoding = "utf-8";
  if (first === 0xff && second === 0xfe) encoding = "utf-16le";
  if (first === 0xfe && second === 0xff) encoding = "utf-16be";
  try {
    // Without `fatal`, each wrong byte would become U+FFFD.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UserError("expected text in UTF-8 or UTF-16, got other bytes");
  }
}

/**
 * Parses the JSON of a file that a person may have written.
 * @throws UserError with the file's name, the line and the column
 */
export function parseJson(text: string, name: string): unknown {
  const mistake = findJsonMistake(text);
  if (mistake !== undefined) throw new UserError(`${name}:${mistake}`);
  return JSON.parse(text);
}
