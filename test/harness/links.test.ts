import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../server/base/root";

/** Returns the paths of all Markdown pages of this project. */
function pages(folder = ROOT): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return pages(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Returns a page's text without its code, because code contains no links. */
function prose(path: string): string {
  return readFileSync(path, "utf8").replace(/^```.*?^```$|`[^`\n]*`/gms, (code) =>
    code.includes("\n") ? "" : code.replace(/[[\]()#]/g, ""),
  );
}

/**
 * Returns the anchors of a page's headings, as GitHub makes them: the second of two equal headings
 * gets "-1".
 */
function anchors(path: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  const text = readFileSync(path, "utf8").replace(/^```.*?^```$/gms, "");
  for (const [, words = ""] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const slug = words
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-");
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    found.add(before === 0 ? slug : `${slug}-${before}`);
  }
  return found;
}

/** Returns the relative links of a page whose targets do not exist. */
function dead(path: string): string[] {
  const targets = [
    ...prose(path).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)/gm),
  ]
    .map(([, inline, reference]) => inline ?? reference ?? "")
    .filter((target) => !/^[a-z]+:/.test(target));
  return targets.filter((target) => {
    const [file = "", anchor] = decodeURI(target).split("#");
    const to = file === "" ? path : join(dirname(path), file);
    if (!existsSync(to)) return true;
    return anchor !== undefined && (!to.endsWith(".md") || !anchors(to).has(anchor));
  });
}

describe("the links of", () => {
  it.each(pages().map((path) => relative(ROOT, path)))("%s have a target", (page) => {
    expect(dead(join(ROOT, page))).toEqual([]);
  });

  it("all pages are checked", () => {
    const all = pages();
    expect(all.map((path) => relative(ROOT, path))).toContain("README.md");
    const links = all.flatMap((path) => [...prose(path).matchAll(/\]\([^)]+\)/g)]);
    expect(links.length).toBeGreaterThan(50);
  });
});
