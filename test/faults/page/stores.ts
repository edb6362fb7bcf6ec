import { openStore, type Store } from "waystone";

const open = new Map<string, Promise<Store>>();

const connections: IDBDatabase[] = [];
/** The names of all databases that this page or worker has opened, as often as it has. */
export const opened: string[] = [];
const openDatabase = IDBFactory.prototype.open;
IDBFactory.prototype.open = function open(...args) {
  const request = openDatabase.apply(this, args);
  opened.push(args[0]);
  request.addEventListener("success", () => connections.push(request.result));
  return request;
};

/** Closes every connection that this page has, without a word to whoever opened it. */
export function closeConnections(): void {
  for (const connection of connections.splice(0)) connection.close();
}

/** How a task names the store that it works on. */
export interface StoreName {
  readonly store: string;
  readonly durability?: "strict" | "relaxed";
}

/** The store of a name: opened at first use, and kept open. */
export function storeOf<S>({ store, durability = "strict" }: StoreName): Promise<Store<S>> {
  let opening = open.get(store);
  if (opening === undefined) {
    opening = openStore(store, { durability });
    open.set(store, opening);
    opening.catch(() => open.delete(store));
  }
  return opening as Promise<Store<S>>;
}
