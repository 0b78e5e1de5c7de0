import type { EventEmitter } from "node:events";
import type {
  LedView,
  MessageView,
  Preparation,
  ReadingView,
  Unwritten,
} from "../../src/common/api";
import type { UserError } from "../base/user-error";

/** What happens in the server. The part that notices it says so; others listen. */
export interface ServerEvents {
  /**
   * Something of a device changed; `isStanding` is false if it is no more than its values, its LED
   * or when it was heard.
   */
  device: [id: string, isStanding: boolean];
  /** The id of one that a person has removed. */
  removed: [string];
  reading: [ReadingView];
  led: [LedView];
  message: [MessageView];
  /** A member of a group was heard, or a group decided. */
  groups: [];
  /** An update has come further. */
  updates: [];
  /** The connection to the broker was made or lost. */
  connection: [connected: boolean];
  /** The disk no longer takes something, or takes it again: what a restart would lose. */
  disk: [unwritten: Unwritten[]];
  /** A command was acknowledged this long after its reading came, ms. */
  decided: [latencyMs: number];
  /** Home Assistant has started. */
  homeAssistant: [];
  /** What the simulated device is at before it speaks; null once it has. */
  preparing: [Preparation | null];
  /** The server can't go on. */
  failure: [UserError];
}

export type ServerBus = EventEmitter<ServerEvents>;
