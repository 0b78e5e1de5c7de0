/**
 * `npm run draw:boards`: makes the pictures and the tables of docs/boards.md from the boards' pins.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { documentation } from "./drawing/documentation";

const docs = new URL("../../docs/", import.meta.url);
mkdirSync(new URL("boards/", docs), { recursive: true });
const page = readFileSync(new URL("boards.md", docs), "utf8");
for (const [name, text] of documentation(page)) writeFileSync(new URL(name, docs), text);
