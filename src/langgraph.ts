export { interruptWith } from "./adapters/langgraph/interrupt.ts";
export { WaystoneSaver } from "./adapters/langgraph/saver.ts";
export type { WaystoneSaverOptions } from "./adapters/langgraph/saver.ts";
