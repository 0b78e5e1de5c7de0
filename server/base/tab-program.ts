import type { SourceMap } from "./source-map";

/** The messages between a device's tab and the server about an edited program. */

/** The file of the firmware that a person may edit. */
export const EDITABLE_FILE = "src/nightlight.ts";
/** Maximum size of the edited file, bytes in UTF-8. The original has some 5 KB. */
export const MAX_SOURCE_BYTES = 64 * 1024;

/** Body of `POST /api/tab-program`: the device's login, and its text of `EDITABLE_FILE`. */
export interface ProgramRequest {
  id: string;
  password: string;
  source: string;
}

/** Answer to `POST /api/tab-program`, with status 200. */
export type ProgramView =
  | {
      /** The program's bytecode in base64. */
      program: string;
      places: SourceMap;
    }
  | { errors: CompileError[] };

/** An error in the edited program. Lines and columns count from 1. */
export interface CompileError {
  /** Path of the file in the checkout. */
  file: string;
  line: number;
  column: number;
  message: string;
}
