import { modelOf } from "./build-model";
import { checkConnections } from "./check-connections";
import { checkCopies } from "./check-copies";
import { checkDelivery } from "./check-delivery";
import { checkOrder } from "./check-order";
import { checkRetained } from "./check-retained";
import { describe, type HistoryEvent } from "./events";
import type { Model } from "./model";
import type { Rules, Violation } from "./rules";

export type Check = (model: Model, rules: Rules) => Violation[];

const CHECKS: Check[] = [checkConnections, checkCopies, checkDelivery, checkOrder, checkRetained];

/**
 * Checks a history against the rules of MQTT 3.1.1. The history must end when no messages are in
 * flight.
 */
export function check(history: readonly HistoryEvent[], rules: Rules): Violation[] {
  const model = modelOf(history);
  return CHECKS.flatMap((one) => one(model, rules));
}

/** Describes a violation, with the events of the history that show it. */
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
