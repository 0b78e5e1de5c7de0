import { existsSync } from "node:fs";
import { join } from "node:path";
import { DISK_FAILS } from "../base/disk-health";
import { lockFolder } from "../base/folder-lock";
import type { Rejections } from "../base/rejections";
import { messageOf, UserError } from "../base/user-error";
import type { BrokerCore } from "./core";
import { Journal } from "./journal";
import { FILE, type RecordEntry } from "./records";
import { restore } from "./restore";
import { StoreThread } from "./store-thread";

const RETRY_MS = 10_000;
const PATIENCE_MS = 5_000;

/** Callbacks for the state of the store. */
export interface OpenJournalOptions {
  rejections: Rejections;
  /** Called with an error for a person, such as a full disk or a broken file. */
  onTrouble?: (message: string) => void;
  /** Called when the state is no longer written to disk, and when it is written again. */
  onDisk?: (isWritten: boolean) => void;
  /** Called with information for a person. */
  onNews?: (message: string) => void;
}

/** The restored state, and the journal that writes it. */
export interface OpenedJournal {
  core: BrokerCore;
  journal: Journal;
  /** Call once the journal is closed. */
  unlock: () => Promise<void>;
}

/**
 * Opens the broker's folder in `dataDir`. On failure, no file of the folder stays open or locked.
 * @param open makes the core that writes to the journal
 * @throws UserError if the folder is in use, or its content can't be read
 */
export async function openJournal(
  dataDir: string,
  options: OpenJournalOptions,
  open: (journal: Journal) => BrokerCore,
): Promise<OpenedJournal> {
  const dir = join(dataDir, "broker");
  const unlock = await lockFolder(dir, dataDir);
  const store = new StoreThread(dir);
  let journal: Journal | undefined;
  try {
    if (existsSync(join(dir, "CURRENT")) && !existsSync(join(dir, FILE)))
      options.onNews?.(`Warning: the data of version 0.1 in ${dir} is not imported`);
    const { entries, failure } = await load(store, dataDir, dir, options);
    const opened: Journal = (journal = journalOf(store, dir, options, (sink) => core.putAll(sink)));
    const core = open(opened);
    try {
      restore(core, entries);
    } catch (error) {
      throw new UserError(
        `--data ${dataDir}: ${join(dir, FILE)} is malformed (${messageOf(error)}); ` +
          `rename it, and the broker starts a new file`,
      );
    }
    core.publishWills();
    if (failure !== undefined) opened.failed(failure);
    return { core, journal: opened, unlock };
  } catch (error) {
    await (journal ?? store).close();
    await unlock();
    throw error;
  }
}

/**
 * @returns the stored entries, or in `failure` why the disk could not be read, if the broker can
 * continue without it
 */
async function load(
  store: StoreThread,
  dataDir: string,
  dir: string,
  { onTrouble }: OpenJournalOptions,
): Promise<{ entries: RecordEntry[]; failure?: string }> {
  const file = join(dir, FILE);
  try {
    const { entries, aside } = await store.load();
    if (aside !== undefined)
      onTrouble?.(`${file} was damaged: renamed to ${aside}, and started a new file`);
    return { entries };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const failure = messageOf(error);
    if (DISK_FAILS.test(failure)) return { entries: [], failure };
    throw new UserError(`--data ${dataDir}: ${file}: ${failure}`);
  }
}

function journalOf(
  store: StoreThread,
  dir: string,
  { rejections, onTrouble, onDisk, onNews }: OpenJournalOptions,
  putAll: BrokerCore["putAll"],
): Journal {
  return new Journal(store, {
    putAll,
    onFailure: (why) => {
      onDisk?.(false);
      onTrouble?.(
        `the broker's state is not written to ${dir}: ${why}; ` +
          `until it is, a restart loses what the broker keeps`,
      );
    },
    onRecovery: () => {
      onDisk?.(true);
      onNews?.(`the broker's state is written to ${dir} again`);
    },
    onFault: (error) => onTrouble?.(messageOf(error)),
    onUnwritten: (count) => rejections.count("unwritten", count),
    retryMs: RETRY_MS,
    patienceMs: PATIENCE_MS,
  });
}
