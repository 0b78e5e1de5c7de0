/** The emulated chip's time. Instructions let time pass; while the core sleeps, time jumps. */

export interface Clock {
  /** Time since power-on. Has a fractional part. */
  readonly nowMicros: number;
  /** Calls back once, at the given time. @returns a function that cancels the call */
  at(micros: number, callback: () => void): () => void;
}

interface Alarm {
  readonly micros: number;
  readonly callback: () => void;
}

/**
 * A deterministic clock: callbacks that are due at the same time run in the order of `at` calls.
 */
export class VirtualClock implements Clock {
  /** Set while instructions run: the time since `now`, and a listener for new alarms. */
  stretch: { micros(): number; onAlarm(micros: number): void } | undefined;
  private baseMicros = 0;
  /** Pending alarms, sorted by time. The list is always short. */
  private readonly alarms: Alarm[] = [];

  get nowMicros(): number {
    return this.baseMicros + (this.stretch?.micros() ?? 0);
  }

  /** The time of the next callback; Infinity if none is pending. */
  get nextMicros(): number {
    return this.alarms[0]?.micros ?? Infinity;
  }

  at(micros: number, callback: () => void): () => void {
    const alarm: Alarm = { micros: Math.max(micros, this.nowMicros), callback };
    this.stretch?.onAlarm(alarm.micros - this.baseMicros);
    let place = this.alarms.length;
    while (place > 0 && (this.alarms[place - 1]?.micros ?? 0) > alarm.micros) place -= 1;
    this.alarms.splice(place, 0, alarm);
    return () => {
      const index = this.alarms.indexOf(alarm);
      if (index >= 0) this.alarms.splice(index, 1);
    };
  }

  /** Lets time pass up to `micros`. Each due callback sees its own due time. */
  advanceTo(micros: number): void {
    for (let due = this.alarms[0]; due && due.micros <= micros; due = this.alarms[0]) {
      this.alarms.shift();
      this.baseMicros = due.micros;
      due.callback();
    }
    this.baseMicros = Math.max(this.baseMicros, micros);
  }
}
