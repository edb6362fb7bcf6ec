import { noise } from "./steps.ts";

/**
 * A state as agents have them, and how it changes from step to step.
 *
 * Both work in place on one object, and do the same every time.
 */
export interface Shape<S = unknown> {
  readonly name: string;
  start(): S;
  change(state: S, step: number): void;
}

/** One turn of a conversation. */
export interface Message {
  id: bigint;
  at: Date;
  text: string;
  calls?: { name: string; args: unknown }[];
}

/** A message as agents keep them, its content and length fixed by its number. */
export function message(n: number): Message {
  const length = 300 + ((n * 733) % 3_000);
  const calls = [{ name: "search", args: { q: noise(n, 20), limit: undefined } }];
  return { id: BigInt(n), at: new Date(n * 1_000), text: noise(n, length), ...(n % 3 === 0 && { calls }) };
}

/** The first messages of a conversation. */
export function messages(count: number): Message[] {
  return Array.from({ length: count }, (_, n) => message(n));
}

/** A shape, its state's type forgotten. */
export function shape<S>(name: string, start: () => S, change: (state: S, step: number) => void): Shape {
  return { name, start, change } as Shape;
}
