/** Take-overs of one client id within WINDOW_MS that no reconnection explains. */
const SUSPICIOUS = 3;
const WINDOW_MS = 30_000;
/** Said again after this long, if it goes on. */
const AGAIN_MS = 600_000;
const MAX_IDS = 1_000;

interface Fight {
  sinceMs: number;
  count: number;
  saidMs: number;
}

/**
 * Two clients with one id throw each other out each time that the other comes back
 * [MQTT-3.1.4-2]. Pure.
 */
export class Rivals {
  private readonly fights = new Map<string, Fight>();

  /** @returns whether a person should be told now */
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
    if (fight.count < SUSPICIOUS || nowMs - fight.saidMs < AGAIN_MS) return false;
    fight.saidMs = nowMs;
    return true;
  }
}
