import { isTabId, type TabLogin } from "../base/tab-id";

/** The logins of this browser's devices, JSON of `TabLogin[]`. */
const STORED = "nightlight-devices";
/** Which of them this tab had last, JSON of ids: it has them again after a reload. */
const OWN = "nightlight-devices-here";
/** How long another tab has to say that it has an id, ms. */
const ANSWER_MS = 60;

/** "Who has which id?", or "I have this one, since then". */
type Word = { kind: "ask" } | { kind: "held"; id: string; sinceMs: number; by: string };

/**
 * The ids of the devices in this browser: they are kept in it, and no two tabs have the same one at
 * a time, or the broker would let each of them end the other. Web Locks could do that, but a page
 * that came by plain HTTP over a network has none.
 */
export class Identities {
  private readonly channel = new BroadcastChannel("nightlight-devices");
  private readonly held = new Map<string, number>();
  private readonly own = ownIds();
  private readonly others = new Set<string>();
  private readonly self = String(Math.random());
  /** Another tab had it earlier, as one that the browser had frozen. */
  onLost: (id: string) => void = () => undefined;

  constructor() {
    this.channel.onmessage = ({ data }: MessageEvent<Word>) => this.hear(data);
  }

  /** How many devices this tab had before it was loaded again. */
  get countBefore(): number {
    return this.own.length;
  }

  /**
   * An id that no device has at present.
   * @throws Error if the server gives none
   */
  async claim(): Promise<TabLogin> {
    // Tabs that reload at once must not take each other's.
    const stored = storedLogins().sort((a, b) => this.rank(a.id) - this.rank(b.id));
    if (stored.some(({ id }) => !this.held.has(id))) await this.ask();
    const free = stored.find(({ id }) => !this.others.has(id) && !this.held.has(id));
    const response = await fetch("api/tab-device", {
      method: "POST",
      body: JSON.stringify(free ?? {}),
    });
    if (!response.ok) throw new Error((await response.text()).trim());
    const login = (await response.json()) as TabLogin;
    // Others may have added theirs meanwhile. One that the server no longer knows is of no use.
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
    this.channel.postMessage({ kind: "ask" } satisfies Word);
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  }

  private say(id: string): void {
    const sinceMs = this.held.get(id) ?? 0;
    this.channel.postMessage({ kind: "held", id, sinceMs, by: this.self } satisfies Word);
  }

  private hear(word: Word): void {
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
