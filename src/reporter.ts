import { delay, emitter, millis, wait } from "@devicescript/core";
import type { CommandGate } from "./command-gate";
import { State, Telemetry, topicOf } from "./common/wire";
import { firmwareVersion, isOutboxKept } from "./config.gen";
import type { Led } from "./led";
import type { MqttClient } from "./mqtt";
import { Outbox, StoredReading } from "./outbox";
import type { Updates } from "./update";

/** Uptime and outbox in the state are at most this old, ms. */
const STATE_INTERVAL_MS = 60000;
/** A reading counts as stored, and says its age, from here on, ms. */
const AGE_FROM_MS = 200;
/** At a good-bye the readings that wait have so long to get through, ms. */
const DRAIN_MS = 10000;

/** Publishes, one after another: the status, the state, and the readings in their order. */
export class Reporter {
  /** Readings wait until then, ms since boot. */
  holdUntilMs = 0;
  private readonly outbox: Outbox;
  private readonly wake = emitter<boolean>();
  private statusDue = false;
  private stateDue = false;
  private stateMs = 0;
  private stateOutbox = 0;
  /** A reading has arrived, or left at QoS 0, since the last connection. */
  private isFirstSent = false;

  /**
   * @param boot names this run of the device
   * @param store keep readings while there is no connection, and send them at QoS 1
   * @param capacity readings that the outbox holds
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

  /** To be called at each connection: the broker may have published our will meanwhile. */
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

  /** Sends the readings that wait, and says that the device is away. */
  async leave(): Promise<void> {
    const endMs = millis() + DRAIN_MS;
    while (this.outbox.count > 0 && millis() < endMs) await delay(20);
    try {
      await this.publishRetained(topicOf(this.id, "status"), "offline");
    } catch {
      // The broker notices.
    }
  }

  report(reading: StoredReading): void {
    if (!this.store && !this.mqtt.connected) return;
    this.outbox.push(reading);
    if (isOutboxKept) console.log("Outbox keeps " + JSON.stringify(this.telemetry(reading, 0)));
    if (!this.mqtt.connected) console.log(`Outbox: ${this.outbox.count}`);
    this.wake.emit(true);
  }

  /** Runs until power-off, in a fiber of its own. */
  async run(): Promise<void> {
    for (;;) {
      try {
        if (!this.mqtt.connected || !(await this.publishNext())) await wait(this.wake, 1000);
      } catch {
        // Without an acknowledgement it stays the next one to be sent.
        await delay(100);
      }
    }
  }

  /** @returns false if there is nothing to say */
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
      // It may have been lost, and either way both are quickly said again.
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
