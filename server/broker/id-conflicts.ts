/**
 * Number of takeovers of one client id within `WINDOW_MS` that a reconnect of one client can't
 * explain.
 */
const SUSPICIOUS_TAKEOVERS = 3;
const WINDOW_MS = 30_000;
/** If the takeovers continue, they are reported again after this time. */
const AGAIN_MS = 600_000;
const MAX_IDS = 1_000;

interface Fight {
  sinceMs: number;
  count: number;
  saidMs: number;
}

/**
 * Recognises two clients with one client id, which disconnect each other each time they reconnect
 * [MQTT-3.1.4-2]. Pure.
 */
export class IdConflicts {
  private readonly fights = new Map<string, Fight>();

  /** @returns whether to report the takeovers now */
  replaced(clientId: string, nowMs: number): boolean {
    let fight = this.fights.get(clientId);
    if (!fight) {
      if (this.fights.size >= MAX_IDS) this.fights.clear();
      fight = { sinceMs: nowMs, count: 0, saidMs: -Infinity };
      this.fights.set(clientId, fight);
    }
    if (nowMs - fight.sinceMs > WINDOW_MS) {
      fight.sinceMs = nowMs;
      fight.count = 0;
    }
    fight.count++;
    if (fight.count < SUSPICIOUS_TAKEOVERS || nowMs - fight.saidMs < AGAIN_MS) return false;
    fight.saidMs = nowMs;
    return true;
  }
}
