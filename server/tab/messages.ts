/** What the page and the worker of one device say to each other. */

export type ToWorker =
  | {
      kind: "start";
      /** Of `/mqtt`. */
      url: string;
      /** As `.env.local` names them. */
      settings: Record<string, string>;
      lightRaw: number;
      /** Bytecode; undefined: the one that the server hands out to all. */
      program: Uint8Array | undefined;
    }
  | { kind: "light"; lightRaw: number }
  | { kind: "network"; isPlugged: boolean };

export type FromWorker =
  | { kind: "log"; line: string }
  | { kind: "panic"; code: number }
  /** Of the lamp, 0..1. */
  | { kind: "brightness"; brightness: number }
  /** Its connection to the server, below MQTT. */
  | { kind: "link"; isOpen: boolean }
  | { kind: "bytes"; direction: "sent" | "received"; bytes: Uint8Array }
  /** It can't start. */
  | { kind: "failed"; message: string };
