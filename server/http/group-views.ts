import type { GroupView } from "../../src/common/api";
import type { Decisions } from "../deciding/decisions";

const WATCH_MS = 500;

export function groupViews(decisions: Decisions, nowMs: number): GroupView[] {
  return decisions.groups.map((group) => ({
    id: group.id,
    on: decisions.groupOn(group) ?? null,
    decide: group.decide,
    members: decisions.members(group, nowMs).map(({ id, input }) => ({ id, value: input ?? null })),
    lights: group.lights,
  }));
}

/** Tells of each group that has changed, also by a member's silence, which no message announces. */
export class GroupWatch {
  private readonly told = new Map<string, string>();
  private readonly timer: NodeJS.Timeout;

  constructor(decisions: Decisions, tell: (group: GroupView) => void) {
    this.timer = setInterval(() => {
      for (const view of groupViews(decisions, performance.now())) {
        const text = JSON.stringify(view);
        if (this.told.get(view.id) === text) continue;
        this.told.set(view.id, text);
        tell(view);
      }
    }, WATCH_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
