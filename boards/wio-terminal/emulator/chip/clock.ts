/** Time of the emulated chip. Instructions let it pass; while the core sleeps, it leaps. */

export interface Clock {
  /** Since power came on; fractions count. */
  readonly nowMicros: number;
  /** Calls back once at that time. @returns a function that cancels it */
  at(micros: number, callback: () => void): () => void;
}

interface Alarm {
  readonly micros: number;
  readonly callback: () => void;
}

/** Deterministic: what is due at the same time happens in the order of the requests. */
export class VirtualClock implements Clock {
  /** Set while instructions run: the time since `now`, and a listener for new alarms. */
  stretch: { micros(): number; onAlarm(micros: number): void } | undefined;
  private now = 0;
  /** Sorted by time. There are few at any moment. */
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

  /** Lets time pass up to then. Each callback that falls due sees its own time. */
  advanceTo(micros: number): void {
    for (let due = this.alarms[0]; due && due.micros <= micros; due = this.alarms[0]) {
      this.alarms.shift();
      this.now = due.micros;
      due.callback();
    }
    this.now = Math.max(this.now, micros);
  }
}
