import { delay } from "@devicescript/core";
import { show } from "./show";

interface Node {
  left?: Node;
  right?: Node;
  label: string;
}

function tree(depth: number): Node {
  if (depth === 0) return { label: "leaf" };
  return { left: tree(depth - 1), right: tree(depth - 1), label: "at " + depth };
}

function count(node: Node): number {
  return node ? 1 + count(node.left) + count(node.right) : 0;
}

/** Makes far more garbage than the heap holds, around structures that must survive. */
export async function garbage(rounds: number): Promise<void> {
  const kept = tree(5);
  const texts: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const waste = tree(4);
    if (count(waste) !== 31) console.log("a tree lost its leaves");
    texts.push("text " + round);
    if (texts.length > 20) texts.shift();
    const bytes = Buffer.alloc(500);
    bytes[499] = round & 0xff;
    if (bytes[499] !== (round & 0xff)) console.log("a buffer was overwritten");
    if (round % 50 === 0) await delay(1);
  }
  show("kept tree", count(kept));
  show("its leftmost label", kept.left.left.left.left.left.label);
  show("texts", texts.join(","));
}
