import type { EventEmitter } from "node:events";
import type {
  LedView,
  MessageView,
  Preparation,
  ReadingView,
  Unwritten,
} from "../../src/common/api";
import type { UserError } from "../base/user-error";

/**
 * The server's events. The part of the server that notices an event emits it; other parts listen.
 */
export interface ServerEvents {
  /**
   * A device has changed; `isStanding` is false if only its values, LED or time of last message
   * changed.
   */
  device: [id: string, isStanding: boolean];
  /** A person has removed the device with this id. */
  removed: [string];
  reading: [ReadingView];
  led: [LedView];
  message: [MessageView];
  /** A member of a group has sent a reading, or a group has decided. */
  groups: [];
  /** An update has made progress. */
  updates: [];
  /** The connection to the broker was made or lost. */
  connection: [connected: boolean];
  /**
   * Writing to disk has failed or works again; `unwritten` is the data that a restart would lose
   * now.
   */
  disk: [unwritten: Unwritten[]];
  /**
   * The broker has acknowledged a command; `latencyMs` is the time since the reading was received.
   */
  decided: [latencyMs: number];
  /** Home Assistant has started. */
  homeAssistant: [];
  /** The present step of the simulated device's start; null once the device has sent a message. */
  preparing: [Preparation | null];
  /** The server can't continue. */
  failure: [UserError];
}

export type ServerBus = EventEmitter<ServerEvents>;
