import type { Places } from "./places";

/** What a device's tab and the server say to each other of a program that a person has changed. */

/** The file of the firmware that a person may change. */
export const CHANGED_FILE = "src/nightlight.ts";
/** UTF-8. The original has some 5 KB. */
export const MAX_SOURCE_BYTES = 64 * 1024;

/** Body of `POST /api/tab-program`: for which device, and its text of `CHANGED_FILE`. */
export interface ProgramRequest {
  id: string;
  password: string;
  source: string;
}

/** The answer to it, status 200. */
export type ProgramView =
  | {
      /** Bytecode, base64. */
      program: string;
      places: Places;
    }
  | { errors: CompileError[] };

/** Lines and columns count from 1. */
export interface CompileError {
  /** Path in the checkout. */
  file: string;
  line: number;
  column: number;
  message: string;
}
