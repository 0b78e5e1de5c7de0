/** The subscribers by topic filter. Nearly all filters have no wildcard; these cost one look-up. */

import type { QoS } from "./packets";

interface Node<S> {
  readonly children: Map<string, Node<S>>;
  /**
   * Subscribers of the filters that end here (`here`), and of those that continue with "#"
   * (`below`).
   */
  readonly here: Map<S, QoS>;
  readonly below: Map<S, QoS>;
}

type Subscribers<S> = ReadonlyMap<S, QoS>;

export class TopicTree<S> {
  private readonly exact = new Map<string, Map<S, QoS>>();
  private readonly root = node<S>();

  set(filter: string, subscriber: S, qos: QoS): void {
    if (!hasWildcard(filter)) {
      const there = this.exact.get(filter);
      if (there) there.set(subscriber, qos);
      else this.exact.set(filter, new Map([[subscriber, qos]]));
      return;
    }
    const { levels, endsInHash } = split(filter);
    let at = this.root;
    for (const level of levels) {
      let next = at.children.get(level);
      if (!next) at.children.set(level, (next = node()));
      at = next;
    }
    (endsInHash ? at.below : at.here).set(subscriber, qos);
  }

  delete(filter: string, subscriber: S): void {
    if (!hasWildcard(filter)) {
      const there = this.exact.get(filter);
      there?.delete(subscriber);
      if (there?.size === 0) this.exact.delete(filter);
      return;
    }
    const { levels, endsInHash } = split(filter);
    const path = [this.root];
    for (const level of levels) {
      const next = path.at(-1)?.children.get(level);
      if (!next) return;
      path.push(next);
    }
    const last = path.at(-1);
    (endsInHash ? last?.below : last?.here)?.delete(subscriber);
    for (let depth = levels.length; depth > 0 && isEmpty(path[depth]); depth--)
      path[depth - 1]?.children.delete(levels[depth - 1] ?? "");
  }

  /** @returns each subscriber once, with the highest QoS of its matching filters [MQTT-3.3.5-1] */
  match(topic: string): Subscribers<S> {
    let found: Subscribers<S> = this.exact.get(topic) ?? new Map<S, QoS>();
    if (this.root.children.size === 0 && this.root.below.size === 0) return found;
    const levels = topic.split("/");
    // A wildcard at the start of a filter does not match the broker's own topics [MQTT-4.7.2-1].
    const isOwn = topic.startsWith("$");
    const visit = ({ children, here, below }: Node<S>, depth: number): void => {
      const mayWildcard = depth > 0 || !isOwn;
      // "sport/#" also matches "sport" [MQTT 4.7.1.2].
      if (mayWildcard && below.size > 0) found = merge(found, below);
      const level = levels[depth];
      if (level === undefined) {
        if (here.size > 0) found = merge(found, here);
        return;
      }
      const named = children.get(level);
      if (named) visit(named, depth + 1);
      const any = mayWildcard && children.get("+");
      if (any) visit(any, depth + 1);
    };
    visit(this.root, 0);
    return found;
  }
}

export function hasWildcard(filter: string): boolean {
  return filter.includes("+") || filter.includes("#");
}

function split(filter: string): { levels: string[]; endsInHash: boolean } {
  const levels = filter.split("/");
  const endsInHash = levels.at(-1) === "#";
  if (endsInHash) levels.pop();
  return { levels, endsInHash };
}

function node<S>(): Node<S> {
  return { children: new Map(), here: new Map(), below: new Map() };
}

function isEmpty(node: Node<unknown> | undefined): boolean {
  return node?.children.size === 0 && node.here.size === 0 && node.below.size === 0;
}

/**
 * Merges subscribers, with the higher QoS of each. Copies nothing while only one filter matches.
 */
function merge<S>(a: Subscribers<S>, b: Subscribers<S>): Subscribers<S> {
  if (a.size === 0) return b;
  const both = new Map(a);
  for (const [subscriber, qos] of b)
    if (qos > (both.get(subscriber) ?? -1)) both.set(subscriber, qos);
  return both;
}
