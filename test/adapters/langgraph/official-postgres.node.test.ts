import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { deltaChannelHistoryTests, validate } from "@langchain/langgraph-checkpoint-validation";
import * as vitest from "vitest";
import type { Store } from "waystone";
import { WaystoneSaver } from "waystone/langgraph";
import { openPostgresStore, setUpPostgres } from "waystone/postgres";
import { startDatabase } from "../../servers/database.ts";

// LangGraph's own suite takes the runner's functions from the global object.
const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = vitest;
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test });

const { pool, stop } = await startDatabase();
afterAll(stop);
await setUpPostgres(pool);

const stores = new Map<BaseCheckpointSaver, Store>();
const subject = {
  checkpointerName: "WaystoneSaver",
  async createCheckpointer() {
    const store = await openPostgresStore(pool, crypto.randomUUID(), { changes: { pollMs: 1000 } });
    const saver = new WaystoneSaver(store);
    stores.set(saver, store);
    return saver;
  },
  async destroyCheckpointer(saver: WaystoneSaver) {
    await stores.get(saver)!.close();
    stores.delete(saver);
  },
};

validate(subject);
deltaChannelHistoryTests(subject);
