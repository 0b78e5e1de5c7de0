declare module "aedes-persistence-level" {
  import type { ClassicLevel } from "classic-level";

  /** See `Persistence` in store.ts for what it makes. */
  export default function persistence(db: ClassicLevel): unknown;
}
