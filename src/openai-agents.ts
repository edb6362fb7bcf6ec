export { recordRun } from "./adapters/openai-agents/record-run.ts";
export type { RecordRunOptions } from "./adapters/openai-agents/record-run.ts";
export { WaystoneSession } from "./adapters/openai-agents/session.ts";
