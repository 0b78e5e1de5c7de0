import { checkConnections } from "./check-connections";
import { checkCopies } from "./check-copies";
import { checkDelivery } from "./check-delivery";
import { checkOrder } from "./check-order";
import { checkRetained } from "./check-retained";
import { describe, type HistoryEvent } from "./events";
import { modelOf, type Model } from "./model";

/** What the standard leaves to a broker, or a broker is known to do otherwise. */
export interface Rules {
  /** A session whose filters overlap gets a copy for each, or one at the highest QoS (section 3.3.5). */
  overlapping: "each" | "one";
  /** Whether the will of a kept session's connection is published if it is taken over. */
  willAtTakeOver: boolean;
  /** Whether no message is lost if the broker's process is killed. */
  survivesKill: boolean;
  /** Whether wills are published at once after that, of clients that are back too. */
  willAfterKill: boolean;
}

export type Rule =
  | "lost"
  | "QoS"
  | "not subscribed"
  | "repeated"
  | "DUP"
  | "packet id"
  | "order"
  | "retained"
  | "will"
  | "invented"
  | "connection"
  | "session present"
  | "unanswered";

export interface Violation {
  rule: Rule;
  text: string;
  /** The places in the history that show it. */
  at: number[];
}

export type Check = (model: Model, rules: Rules) => Violation[];

const CHECKS: Check[] = [checkConnections, checkCopies, checkDelivery, checkOrder, checkRetained];

/** Holds a history against the rules of MQTT 3.1.1. It has to end when all is quiet. */
export function check(history: readonly HistoryEvent[], rules: Rules): Violation[] {
  const model = modelOf(history);
  return CHECKS.flatMap((one) => one(model, rules));
}

/** A violation with the lines of the history that show it. */
export function excerpt(history: readonly HistoryEvent[], { rule, text, at }: Violation): string {
  const lines = [...new Set(at)]
    .filter((place) => place >= 0 && place < Infinity)
    .sort((a, b) => a - b)
    .flatMap((place) => {
      const event = history[place];
      return event ? [`  #${place} ${describe(event)}`] : [];
    });
  return [`${rule}: ${text}`, ...lines].join("\n");
}
