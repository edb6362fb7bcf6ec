import { createDurably, defineJob } from "@coji/durably";
import { SQLocalKysely } from "sqlocal/kysely";
import { z } from "zod";

/** Runs an agent, or goes on with it. The times are those that its documentation has for browsers. */
export async function runAgent(agent) {
  const { dialect } = new SQLocalKysely("agent.sqlite3");
  const settled = Promise.withResolvers();
  const durably = createDurably({
    dialect,
    pollingIntervalMs: 100,
    leaseRenewIntervalMs: 500,
    leaseMs: 3000,
    preserveSteps: true,
    jobs: {
      agent: defineJob({
        name: "agent",
        input: z.object({}),
        run: async (step) => {
          try {
            await agent((name, work) => step.run(name, work));
            settled.resolve();
          } catch (error) {
            settled.reject(error);
            throw error;
          }
        },
      }),
    },
  });
  await durably.init();
  await durably.jobs.agent.trigger({}, { idempotencyKey: "run" });
  await settled.promise;
  await durably.stop();
}
