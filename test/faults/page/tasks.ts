import { saveMany, verifyCrowd } from "./crowd.ts";
import { attempt, type Attempt } from "./attempt.ts";
import { clearSiteData, deleteDatabase, shownAgain, upgradeDatabase } from "./disturb.ts";
import { forkLarge, keepPhotos, openAndClose, saveLarge } from "./large.ts";
import { emptyAll, mix, readAll, takeChanges, watchChanges } from "./mix.ts";
import { closeConnections, opened, storeOf, type StoreName } from "./stores.ts";
import { verify } from "./verify.ts";
import { write, writeThrough, type WriteInput } from "./write.ts";

/** All that a page or worker can be told to do. */
export const tasks = {
  write,
  writeThrough,
  verify,
  saveMany,
  verifyCrowd,
  mix,
  watchChanges,
  takeChanges,
  readAll,
  emptyAll,
  saveLarge,
  forkLarge,
  keepPhotos,
  openAndClose,

  /** The same as `write`, where it may fail. */
  tryToWrite(input: WriteInput & { readonly hangMs?: number }): Promise<Attempt> {
    return attempt(() => write(input), { hangMs: input.hangMs ?? 100_000 });
  },

  tryToPrune({ trace, keep, ...name }: StoreName & { trace: string; keep: number }): Promise<Attempt> {
    return attempt(async () => (await storeOf(name)).prune(trace, keep));
  },

  tryToDeleteTrace({ trace, ...name }: StoreName & { trace: string }): Promise<Attempt> {
    return attempt(async () => (await storeOf(name)).deleteTrace(trace));
  },

  tryToDeleteDatabase({ store }: StoreName): Promise<Attempt> {
    return attempt(() => deleteDatabase(store));
  },

  tryToUpgrade({ store, aborts }: StoreName & { aborts: boolean }): Promise<Attempt> {
    return attempt(() => upgradeDatabase(store, { aborts }));
  },

  clearSiteData(_: object): Promise<void> {
    return clearSiteData();
  },

  async closeConnections(_: object): Promise<void> {
    closeConnections();
  },

  /** Answers when the page is shown again: whether it came out of the back-forward cache. */
  shownAgain(_: object): Promise<boolean> {
    return shownAgain();
  },

  async count({ trace, ...name }: StoreName & { trace: string }): Promise<number> {
    return (await (await storeOf(name)).list(trace)).length;
  },

  /** Opens another tab. */
  async openTab({ url }: { url: string }): Promise<void> {
    window.open(url, "_blank", "noopener");
  },

  /** Starts a worker that takes its work under the name `client`. */
  async startWorker({ client }: { client: string }): Promise<void> {
    workers.push(new Worker(`/client.js?client=${client}`, { type: "module" }));
  },

  /** What this page or worker has opened, and what of that and of others' is there. */
  async databases(_: object): Promise<{ opened: string[]; there: string[] }> {
    return { opened, there: (await indexedDB.databases()).map(({ name }) => name!) };
  },

  async userAgent(_: object): Promise<string> {
    return navigator.userAgent;
  },
};

export type Tasks = typeof tasks;

/** Held, so that none is collected while it works. */
const workers: Worker[] = [];
