import { delay, emitter, millis, wait } from "@devicescript/core";
import type { CommandGate } from "./command-gate";
import { State, Telemetry, topicOf } from "./common/wire";
import { firmwareVersion, isOutboxKept } from "./config.gen";
import type { Led } from "./led";
import type { MqttClient } from "./mqtt";
import { Outbox, StoredReading } from "./outbox";
import type { Updates } from "./update";

/**
 * Maximum time between two state messages, ms: their uptime and outbox count are at most this old.
 */
const STATE_INTERVAL_MS = 60000;
/** From this age, ms, a reading counts as stored and carries `age_ms`. */
const AGE_FROM_MS = 200;
/** How long a clean shutdown waits for pending readings to be acknowledged, ms. */
const DRAIN_MS = 10000;

/** Publishes, one message at a time: the status, the state, and the readings in their order. */
export class Reporter {
  /** Readings are held back until this time, ms since boot. */
  holdUntilMs = 0;
  private readonly outbox: Outbox;
  private readonly wake = emitter<boolean>();
  private statusDue = false;
  private stateDue = false;
  private stateMs = 0;
  private stateOutbox = 0;
  /** True once a reading was acknowledged, or sent at QoS 0, since the last connect. */
  private isFirstSent = false;

  /**
   * @param boot identifies this run of the device
   * @param store whether to keep readings during an outage, and send them at QoS 1
   * @param capacity number of readings that the outbox holds
   */
  constructor(
    private readonly id: string,
    private readonly boot: number,
    private readonly store: boolean,
    capacity: number,
    private readonly led: Led,
    private readonly gate: CommandGate,
    private readonly mqtt: MqttClient,
    private readonly updates: Updates,
  ) {
    this.outbox = new Outbox(capacity);
  }

  /** Called at each connect: the broker may have published our will during the outage. */
  connected(): void {
    this.statusDue = true;
    this.stateDue = true;
    this.isFirstSent = false;
    this.wake.emit(true);
  }

  stateChanged(): void {
    this.stateDue = true;
    this.wake.emit(true);
  }

  /** Sends the pending readings, then the status `offline`. */
  async leave(): Promise<void> {
    const endMs = millis() + DRAIN_MS;
    while (this.outbox.count > 0 && millis() < endMs) await delay(20);
    try {
      await this.publishRetained(topicOf(this.id, "status"), "offline");
    } catch {
      // The connection is lost: the broker detects that and publishes our will.
    }
  }

  report(reading: StoredReading): void {
    if (!this.store && !this.mqtt.connected) return;
    this.outbox.push(reading);
    if (isOutboxKept) console.log("Outbox keeps " + JSON.stringify(this.telemetry(reading, 0)));
    if (!this.mqtt.connected) console.log(`Outbox: ${this.outbox.count}`);
    this.wake.emit(true);
  }

  /** Publishes until power-off, in a fiber of its own. */
  async run(): Promise<void> {
    for (;;) {
      try {
        if (!this.mqtt.connected || !(await this.publishNext())) await wait(this.wake, 1000);
      } catch {
        // The reading is not acknowledged, so it stays at the head of the outbox and is sent again.
        await delay(100);
      }
    }
  }

  /**
   * Publishes the next message.
   * @returns false if there is nothing to publish
   */
  private async publishNext(): Promise<boolean> {
    if (await this.updates.confirm()) this.stateDue = true;
    const nowMs = millis();
    if (this.statusDue) {
      this.statusDue = false;
      await this.publishRetained(topicOf(this.id, "status"), "online");
      return true;
    }
    const drained = this.stateOutbox > 1 && this.outbox.count === 0;
    if (this.stateDue || drained || nowMs - this.stateMs >= STATE_INTERVAL_MS) {
      this.stateDue = false;
      this.stateMs = nowMs;
      this.stateOutbox = this.outbox.count;
      await this.publishRetained(topicOf(this.id, "state"), JSON.stringify(this.state(nowMs)));
      await this.updates.described();
      return true;
    }
    const reading = this.outbox.first();
    if (!reading || nowMs < this.holdUntilMs) return false;
    if (!this.store) this.outbox.removeFirst();
    const payload = JSON.stringify(this.telemetry(reading, nowMs));
    console.log("Sending telemetry " + payload);
    await this.mqtt.publish(topicOf(this.id, "telemetry"), payload, { qos: this.store ? 1 : 0 });
    if (this.store) this.outbox.removeFirst();
    if (isOutboxKept) console.log(`Outbox frees ${reading.seq}`);
    if (!this.isFirstSent)
      console.log(this.store ? "Reading acknowledged" : "Reading sent at QoS 0");
    this.isFirstSent = true;
    if (await this.updates.heard()) this.stateDue = true;
    return true;
  }

  private async publishRetained(topic: string, payload: string): Promise<void> {
    try {
      await this.mqtt.publish(topic, payload, { qos: 1, retain: true });
    } catch (e) {
      // The message may have been lost. Status and state are cheap, so both are sent again.
      this.statusDue = true;
      this.stateDue = true;
      throw e;
    }
  }

  private telemetry(reading: StoredReading, nowMs: number): Telemetry {
    const telemetry: Telemetry = {
      light: reading.light,
      led_on: reading.ledOn,
      seq: reading.seq,
      boot: this.boot,
    };
    const ageMs = Math.round(nowMs - reading.takenMs);
    if (ageMs >= AGE_FROM_MS) telemetry.age_ms = ageMs;
    return telemetry;
  }

  private state(nowMs: number): State {
    const state: State = {
      led_on: this.led.on,
      decided_by: this.led.decidedBy,
      fw: firmwareVersion,
      uptime_s: Math.round(nowMs / 1000),
      reconnects: this.mqtt.reconnects,
      outbox: this.outbox.count,
    };
    if (this.gate.lastId > 0) state.id = this.gate.lastId;
    this.updates.describe(state);
    return state;
  }
}
