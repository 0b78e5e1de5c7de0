/** Time of the emulated chip: it passes with instructions, and in leaps while the core sleeps. */

export interface Clock {
  /** Since power came on; fractions count. */
  readonly nowMicros: number;
  /** Calls back once, when that time has come. @returns takes it back */
  at(micros: number, callback: () => void): () => void;
}

interface Alarm {
  readonly micros: number;
  readonly callback: () => void;
}

/** Deterministic: what is due at the same time happens in the order in which it was asked for. */
export class VirtualClock implements Clock {
  /** While instructions run: how far they have come since `now`, and who is to know of alarms. */
  stretch: { micros(): number; onAlarm(micros: number): void } | undefined;
  private now = 0;
  /** Sorted by time; few at any moment. */
  private readonly alarms: Alarm[] = [];

  get nowMicros(): number {
    return this.now + (this.stretch?.micros() ?? 0);
  }

  /** When the next callback is due; Infinity if there is none. */
  get nextMicros(): number {
    return this.alarms[0]?.micros ?? Infinity;
  }

  at(micros: number, callback: () => void): () => void {
    const alarm: Alarm = { micros: Math.max(micros, this.nowMicros), callback };
    this.stretch?.onAlarm(alarm.micros - this.now);
    let place = this.alarms.length;
    while (place > 0 && (this.alarms[place - 1]?.micros ?? 0) > alarm.micros) place -= 1;
    this.alarms.splice(place, 0, alarm);
    return () => {
      const index = this.alarms.indexOf(alarm);
      if (index >= 0) this.alarms.splice(index, 1);
    };
  }

  /** Lets time pass up to then, and calls back what falls due, each at its own time. */
  advanceTo(micros: number): void {
    for (let due = this.alarms[0]; due && due.micros <= micros; due = this.alarms[0]) {
      this.alarms.shift();
      this.now = due.micros;
      due.callback();
    }
    this.now = Math.max(this.now, micros);
  }
}
