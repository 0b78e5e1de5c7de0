/** Messages between the page and a device's worker. */

export type ToWorker =
  | {
      kind: "start";
      /** URL of `/mqtt`. */
      url: string;
      /** The device's settings, by their names in `.env.local`. */
      settings: Record<string, string>;
      lightRaw: number;
      /** Bytecode; undefined for the usual program from the server. */
      program: Uint8Array | undefined;
    }
  | { kind: "light"; lightRaw: number }
  | { kind: "network"; isPlugged: boolean };

export type FromWorker =
  | { kind: "log"; line: string }
  | { kind: "panic"; code: number }
  /** The lamp's brightness, 0..1. */
  | { kind: "brightness"; brightness: number }
  /** The device's connection to the server, below MQTT. */
  | { kind: "link"; isOpen: boolean }
  | { kind: "bytes"; direction: "sent" | "received"; bytes: Uint8Array }
  /** The device can't start. */
  | { kind: "failed"; message: string };
