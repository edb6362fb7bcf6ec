import type { Store } from "../../src/index.ts";

/** A store, and how often each of its methods was called. */
export interface Counted {
  readonly store: Store;
  readonly calls: Map<string, number>;
  /** How many heads were read. */
  headsRead(): number;
  /** How many states were read. */
  statesRead(): number;
}

/** A store of which some methods are others. */
export function withMethods(inner: Store, methods: Partial<Store>): Store {
  return new Proxy(inner, {
    get(target, name) {
      const value = (name in methods ? Reflect.get(methods, name) : Reflect.get(target, name, target)) as unknown;
      return typeof value === "function" ? (...args: unknown[]) => Reflect.apply(value, target, args) : value;
    },
  });
}

/** Counts what is asked of a store. */
export function counted(inner: Store): Counted {
  const calls = new Map<string, number>();
  const count = (name: string, by = 1): void => void calls.set(name, (calls.get(name) ?? 0) + by);
  const store = new Proxy(inner, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        count(String(name));
        const result: unknown = Reflect.apply(value, target, args);
        return name === "history" ? countHeads(result as AsyncIterable<unknown>, count) : result;
      };
    },
  });
  return {
    store,
    calls,
    headsRead: () => calls.get("heads") ?? 0,
    statesRead: () => ["load", "loadLatest", "fork"].reduce((sum, name) => sum + (calls.get(name) ?? 0), 0),
  };
}

async function* countHeads(heads: AsyncIterable<unknown>, count: (name: string) => void): AsyncGenerator {
  for await (const head of heads) {
    count("heads");
    yield head;
  }
}
