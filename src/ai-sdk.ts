export { WaystoneChat } from "./adapters/ai-sdk/chat.ts";
export type { Respond, RespondContext } from "./adapters/ai-sdk/respond.ts";
export { recordModel } from "./adapters/ai-sdk/record-model.ts";
export type { AnyModel, RecordedModel, RecordModelOptions } from "./adapters/ai-sdk/record-model.ts";
export { recordTools } from "./adapters/ai-sdk/record-tools.ts";
export type { RecordToolsOptions } from "./adapters/ai-sdk/record-tools.ts";
