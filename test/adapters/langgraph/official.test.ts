import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { deltaChannelHistoryTests, validate } from "@langchain/langgraph-checkpoint-validation";
import * as vitest from "vitest";
import { deleteStore, openStore, type Store } from "waystone";
import { WaystoneSaver } from "waystone/langgraph";

// LangGraph's own suite takes the runner's functions from the global object.
const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = vitest;
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test });

const stores = new Map<BaseCheckpointSaver, { readonly name: string; readonly store: Store }>();
const subject = {
  checkpointerName: "WaystoneSaver",
  async createCheckpointer() {
    const name = crypto.randomUUID();
    const store = await openStore(name);
    const saver = new WaystoneSaver(store);
    stores.set(saver, { name, store });
    return saver;
  },
  async destroyCheckpointer(saver: WaystoneSaver) {
    const { name, store } = stores.get(saver)!;
    stores.delete(saver);
    await store.close();
    await deleteStore(name);
  },
};

validate(subject);
// It leaves these out by itself.
deltaChannelHistoryTests(subject);
