import type { GroupView } from "../../src/common/api";
import type { Clock } from "../base/clock";
import type { Decisions, ServerBus } from "../deciding/index";
import type { EventStream } from "./event-stream";

/** Time in which changes of groups are gathered before they are sent, ms. */
const WINDOW_MS = 200;
/** Longest timeout that Node supports, ms. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export interface LiveGroupsParts {
  bus: ServerBus;
  decisions: Decisions;
  clock: Clock;
  stream: Pick<EventStream, "isRead" | "send">;
}

/** Sends each changed group to the live stream. */
export class LiveGroups {
  private readonly told = new Map<string, string>();
  private gathering: NodeJS.Timeout | undefined;
  /**
   * Timer for the moment when a member counts as lost. Its silence changes the group, but no
   * message announces that.
   */
  private aging: NodeJS.Timeout | undefined;

  constructor(private readonly parts: LiveGroupsParts) {
    parts.bus.on("groups", this.noticed);
  }

  private readonly noticed = () => {
    if (this.parts.stream.isRead) this.gathering ??= setTimeout(() => this.flush(), WINDOW_MS);
  };

  views(): GroupView[] {
    return groupViews(this.parts.decisions, this.parts.clock.monotonicMs());
  }

  /** Sends changed groups at once: the snapshot of a new page already contains them. */
  flush(): void {
    const { decisions, clock, stream } = this.parts;
    this.clearTimers();
    const nowMs = clock.monotonicMs();
    for (const view of groupViews(decisions, nowMs)) {
      const text = JSON.stringify(view);
      if (this.told.get(view.id) === text) continue;
      this.told.set(view.id, text);
      stream.send("group", view);
    }
    // A member counts as lost only after `nextExpiryMs`, not at that time.
    const waitMs = Math.ceil(decisions.nextExpiryMs(nowMs) - nowMs) + 1;
    if (waitMs > TIMER_MAX_MS) return;
    this.aging = setTimeout(() => {
      if (stream.isRead) this.flush();
    }, waitMs);
  }

  stop(): void {
    this.parts.bus.off("groups", this.noticed);
    this.clearTimers();
  }

  private clearTimers(): void {
    clearTimeout(this.gathering);
    clearTimeout(this.aging);
    this.gathering = undefined;
  }
}

function groupViews(decisions: Decisions, nowMs: number): GroupView[] {
  return decisions.groups.map((group) => ({
    id: group.id,
    on: decisions.groupOn(group) ?? null,
    decide: group.decide,
    members: decisions.members(group, nowMs).map(({ id, input }) => ({ id, value: input ?? null })),
    lights: group.lights,
  }));
}
