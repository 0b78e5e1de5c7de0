/** What a command was sent for. */
export const COMMAND_KINDS = ["rule", "group", "manual", "resent"] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** What the server has done since its start, as plain numbers: counting has to cost nothing. */
export class Counts {
  /** Readings taken in, each one once. */
  readings = 0;
  readonly commands: Record<CommandKind, number> = { rule: 0, group: 0, manual: 0, resent: 0 };
  /** Commands that the broker has yet to acknowledge. */
  unacknowledged = 0;
  /** Commands in flight when the broker was lost; they may be sent again once it is back. */
  unconfirmed = 0;
  /** How often a lost connection to the broker was made again. */
  reconnects = 0;
  brokerConnected = false;
}
