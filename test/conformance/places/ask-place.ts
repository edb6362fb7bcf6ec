import type { PlaceAnswer, PlaceQuestion } from "./place.ts";

/** A worker that runs cases of the kit. */
export interface Place {
  ask(question: PlaceQuestion): Promise<PlaceAnswer>;
  stop(): Promise<void>;
}

/** Longer than any case takes, also beside others. */
const PATIENCE_MS = 60_000;

/** Asks the worker behind `target`; `failing` is where an error tells that it could not be started. */
export function asker(target: Pick<MessagePort, "postMessage">, failing: EventTarget): Place["ask"] {
  return (question) =>
    new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel();
      const end = (): void => {
        clearTimeout(timer);
        port1.close();
        failing.removeEventListener("error", fail);
      };
      const fail = (event: Event): void => {
        end();
        reject(new Error(`the worker failed: ${(event as ErrorEvent).message}`));
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`no answer within ${PATIENCE_MS} ms`));
      }, PATIENCE_MS);
      port1.onmessage = ({ data }: MessageEvent<PlaceAnswer>) => {
        end();
        resolve(data);
      };
      failing.addEventListener("error", fail);
      target.postMessage(question, [port2]);
    });
}
