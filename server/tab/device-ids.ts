import { isTabId, type TabLogin } from "../base/tab-id";
import { sleep } from "../base/wait-for";

/** Storage key of the logins of this browser's devices, JSON of `TabLogin[]`. */
const STORED = "nightlight-devices";
/**
 * Storage key of the ids that this tab had last, JSON of ids. After a reload the tab gets the same
 * ids.
 */
const OWN = "nightlight-devices-here";
/** Time for other tabs to answer which ids they hold, ms. */
const ANSWER_MS = 60;

/**
 * Messages between tabs: a question which ids are held, and a tab's claim to an id since a time.
 */
type TabMessage = { kind: "ask" } | { kind: "held"; id: string; sinceMs: number; by: string };

/**
 * The ids of the devices in this browser. The ids are stored, and only one tab uses an id at a
 * time: the broker would disconnect one of two clients with one id. Web Locks could do the same,
 * but a page that was loaded over plain HTTP from another machine has no Web Locks.
 */
export class DeviceIds {
  private readonly channel = new BroadcastChannel("nightlight-devices");
  private readonly held = new Map<string, number>();
  private readonly own = ownIds();
  private readonly others = new Set<string>();
  private readonly self = String(Math.random());
  /**
   * Called when another tab turns out to have held the id earlier, for example a tab that the
   * browser had frozen.
   */
  onLost: (id: string) => void = () => undefined;

  constructor() {
    this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.hear(data);
  }

  /** Number of devices that this tab had before the reload. */
  get countBefore(): number {
    return this.own.length;
  }

  /**
   * Returns the login of an id that no other device is using.
   * @throws Error if the server issues none
   */
  async claim(): Promise<TabLogin> {
    // This tab's earlier ids come first, so that tabs that reload together keep their own ids.
    const stored = storedLogins().sort((a, b) => this.rank(a.id) - this.rank(b.id));
    if (stored.some(({ id }) => !this.held.has(id))) await this.ask();
    const free = stored.find(({ id }) => !this.others.has(id) && !this.held.has(id));
    const response = await fetch("api/tab-device", {
      method: "POST",
      body: JSON.stringify(free ?? {}),
    });
    if (!response.ok) throw new Error((await response.text()).trim());
    const login = (await response.json()) as TabLogin;
    // The logins are read again, because other tabs may have added logins. A login that the server
    // rejected is dropped.
    const kept = storedLogins().filter(({ id }) => id !== login.id && id !== free?.id);
    if (free) localStorage.setItem(STORED, JSON.stringify([login, ...kept]));
    else localStorage.setItem(STORED, JSON.stringify([...kept, login]));
    this.held.set(login.id, Date.now());
    sessionStorage.setItem(OWN, JSON.stringify([...this.held.keys()]));
    this.say(login.id);
    return login;
  }

  private rank(id: string): number {
    const at = this.own.indexOf(id);
    return at < 0 ? this.own.length : at;
  }

  private async ask(): Promise<void> {
    this.others.clear();
    this.channel.postMessage({ kind: "ask" } satisfies TabMessage);
    await sleep(ANSWER_MS);
  }

  private say(id: string): void {
    const sinceMs = this.held.get(id) ?? 0;
    this.channel.postMessage({ kind: "held", id, sinceMs, by: this.self } satisfies TabMessage);
  }

  private hear(word: TabMessage): void {
    if (word.kind === "ask") {
      for (const id of this.held.keys()) this.say(id);
      return;
    }
    this.others.add(word.id);
    const sinceMs = this.held.get(word.id);
    if (sinceMs === undefined) return;
    const isTheirs = word.sinceMs < sinceMs || (word.sinceMs === sinceMs && word.by < this.self);
    if (isTheirs) {
      this.held.delete(word.id);
      this.onLost(word.id);
    } else this.say(word.id);
  }
}

function ownIds(): string[] {
  return JSON.parse(sessionStorage.getItem(OWN) ?? "[]") as string[];
}

function storedLogins(): TabLogin[] {
  try {
    const stored = JSON.parse(localStorage.getItem(STORED) ?? "[]") as Partial<TabLogin>[];
    return stored.filter(
      (login): login is TabLogin => isTabId(login.id ?? "") && typeof login.password === "string",
    );
  } catch {
    return [];
  }
}
