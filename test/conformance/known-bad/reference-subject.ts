import type { ConformanceFeature, ConformanceSubject } from "../../../src/testing/index.ts";
import { combineRetention } from "../../../src/core/retention.ts";
import { ReferenceDisk } from "./reference-disk.ts";
import { ReferenceStore } from "./reference-store.ts";

/** All but `sharing`: a reference store keeps whole copies. */
const PROVIDES: readonly ConformanceFeature[] = [
  "close",
  "trace",
  "traces",
  "history",
  "fork",
  "deleteTrace",
  "deleteTraces",
  "head",
  "notes",
  "ifLatest",
  "upgrade",
  "watch",
  "usage",
  "persist",
  "preview",
  "retention",
  "persistence",
  "connections",
  "divert",
];

/** A subject whose stores of one name have a disk in common. */
export function referenceSubject(
  name: string,
  Store: new (disk: ReferenceDisk) => ReferenceStore = ReferenceStore,
): ConformanceSubject {
  const disks = new Map<string, ReferenceDisk>();
  return {
    name,
    provides: PROVIDES,
    replication: { divertTrace: (store, ...args) => (store as unknown as ReferenceStore).divert(...args) },
    async open(storeName, { retention } = {}) {
      const disk = disks.get(storeName) ?? new ReferenceDisk();
      disks.set(storeName, disk);
      const store = new Store(disk);
      store.retention = combineRetention(retention);
      return store;
    },
    async destroy(storeName) {
      disks.delete(storeName);
    },
  };
}
