export { createThreadHistory } from "./adapters/assistant-ui/thread-history.ts";
export { createThreadListAdapter } from "./adapters/assistant-ui/thread-list.ts";
export type { ThreadListOptions } from "./adapters/assistant-ui/thread-list.ts";
