import { fieldsOf, type ServerRule, sideOf } from "../../src/common/server-rule";
import { parseTelemetry, type Reading } from "../../src/common/wire";
import type { Log } from "../base/log";
import type { Rejections } from "../base/rejections";
import type { Cluster } from "../cluster/index";
import type { CommandResender } from "./command-resender";
import type { Commander } from "./commander";
import type { Counters } from "./counters";
import type { Decisions } from "./decisions";
import type { Devices } from "./devices";
import type { MessageLog } from "./message-log";
import type { SeenReadings } from "./seen-readings";

/** How a message was received. */
export interface Receipt {
  /** When the message was received, Unix time, ms. */
  atMs: number;
  /** When the message was received, monotonic, ms. */
  nowMs: number;
  retained: boolean;
  qos: 0 | 1;
}

export interface TelemetryParts {
  decide: boolean;
  rule: ServerRule;
  counts: Counters;
  rejections: Rejections;
  cluster: Cluster | undefined;
  commander: Commander;
  decisions: Decisions;
  devices: Devices;
  resender: CommandResender;
  seen: SeenReadings;
  messageLog: MessageLog;
  log: Log;
}

/** Handles a reading, up to the commands that answer it. */
export class TelemetryHandler {
  private readonly fields: string[];

  constructor(private readonly parts: TelemetryParts) {
    this.fields = fieldsOf(parts.rule);
  }

  /** @returns the error, if the message is invalid */
  receive(id: string, text: string, arrival: Receipt): string | undefined {
    const { rule, rejections, devices, seen, resender } = this.parts;
    const { atMs, retained } = arrival;
    const arrivedMs = performance.now();
    const { value, error } = parseTelemetry(text, this.fields);
    if (!value) return error;
    const said = sideOf(rule, value.said);
    if (retained) {
      // A retained reading may have been measured at any time, so it decides nothing.
      rejections.count("retained-telemetry");
      devices.oldReading(id, value.values, said);
      return undefined;
    }
    const novelty = seen.classify(id, value);
    if (novelty === "restarted")
      this.parts.log(
        "server",
        `Warning: ${id} starts again at seq ${value.seq} with the same boot`,
        {
          level: "warn",
          id,
        },
      );
    if (novelty !== "repeated") {
      this.parts.counts.readings++;
      this.parts.messageLog.note(() => `Message received: ${text} from ${id}`, { id });
      const reading = { id, atMs: atMs - (value.age_ms ?? 0), values: value.values };
      devices.reading(reading, atMs, said);
    } else if (!resender.commands.has(id) || !seen.isNewest(id, value)) {
      // A repeated reading is not decided again, unless it is the newest reading and the connection
      // was lost before its answer was acknowledged.
      rejections.count("repeated-telemetry");
      devices.dropped(id, "repeated-telemetry", `seq ${value.seq} was received before`, true);
      return undefined;
    }
    if (this.parts.decide) this.decide(id, value, arrival, arrivedMs);
    return undefined;
  }

  private decide(id: string, value: Reading, { nowMs, qos }: Receipt, arrivedMs: number): void {
    const { cluster, commander, decisions, resender, seen } = this.parts;
    const decidesAlone = decisions.isUngrouped(id);
    if (decidesAlone) resender.commands.supersede(id);
    if (cluster?.decides(id) === false) {
      decisions.noteReading(id, value, nowMs);
      return;
    }
    const kind = decidesAlone ? "rule" : "group";
    for (const decision of decisions.reading(id, value, nowMs)) {
      const { on } = decision.command;
      const answer = decision.id === id && { answers: value, qos };
      if (answer && on !== undefined) seen.answered(id, on, value);
      commander.give(decision.id, decision.command, { kind, arrivedMs, ...answer });
    }
  }
}
