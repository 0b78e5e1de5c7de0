/** Why a command is sent. */
export type CommandKind = "rule" | "group" | "manual" | "resent";

/** Counters since the start of the server: plain numbers, so that counting costs nothing. */
export class Counters {
  /** Readings taken in. A reading that is received twice counts once. */
  readings = 0;
  readonly commands: Record<CommandKind, number> = { rule: 0, group: 0, manual: 0, resent: 0 };
  /** Commands that the broker has not acknowledged yet. */
  unacknowledged = 0;
  /** Commands in flight when the connection was lost. After a reconnect they may be sent again. */
  unconfirmed = 0;
  /** Number of reconnects to the broker. */
  reconnects = 0;
  brokerConnected = false;
}
