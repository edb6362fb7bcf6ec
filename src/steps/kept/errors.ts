/** An error as a run keeps it: all of it that can be stored, whatever it was. */
export interface KeptError {
  /** Its `name`, as the name of its class. */
  readonly name: string;
  /** Its `message`; of what was thrown and is no error, the text. */
  readonly message: string;
  /** Its `cause`, if it had one that is an error, a text, a number or the like. */
  readonly cause?: KeptError | string | number | boolean | null;
  /** The errors of an `AggregateError`. */
  readonly errors?: readonly KeptError[];
  /** Its other properties that are texts, numbers or the like: a `code`, a `status`. */
  readonly properties?: Readonly<Record<string, string | number | boolean | null>>;
}

/**
 * An error after which a step is not tried again: its step fails at once, however many `retries` it has.
 *
 * Any error whose `name` is `NonRetryableError` counts as one, whatever bundle it is from.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from "waystone/memory";
 * import { NonRetryableError, runSteps } from "waystone/steps";
 *
 * const run = createMemoryStore().trace("run-1");
 * const failing = runSteps(run, (step) =>
 *   step.run("pay", { retries: 5 }, ({ attempt }) => {
 *     throw new NonRetryableError(`the card was refused at attempt ${attempt}`);
 *   }),
 * );
 * console.log(await failing.catch((error: Error) => error.message)); // the card was refused at attempt 1
 * ```
 */
export class NonRetryableError extends Error {
  /** Always `NonRetryableError`. */
  override readonly name: string = "NonRetryableError";
}

/**
 * What a step with `atMostOnce` fails with if it may have run already: the page died while it did, and nobody knows how
 * far it got. It is kept like any other error of a step, and its `name` is `AtMostOnceError`.
 */
export class AtMostOnceError extends Error {
  /** Always `AtMostOnceError`. */
  override readonly name: string = "AtMostOnceError";
}

/** The classes that an error is made anew of, if its name is one of these. */
const CLASSES: readonly (new (message?: string) => Error)[] = [
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  URIError,
  EvalError,
  NonRetryableError,
  AtMostOnceError,
];

/** How many causes of causes are kept. */
const MAX_DEPTH = 8;

/** Returns what a run keeps of anything that was thrown. */
export function keepError(thrown: unknown, depth = 0): KeptError {
  if (!isError(thrown)) return { name: "Error", message: textOf(thrown) };
  const { cause, errors } = thrown as { cause?: unknown; errors?: unknown };
  const own = Object.entries(thrown).filter(
    (entry): entry is [string, string | number | boolean | null] => entry[0] !== "name" && isPrimitive(entry[1]),
  );
  const goesOn = depth < MAX_DEPTH;
  return {
    name: String(thrown.name),
    message: String(thrown.message),
    ...(cause !== undefined &&
      goesOn && { cause: isError(cause) || !isPrimitive(cause) ? keepError(cause, depth + 1) : cause }),
    ...(Array.isArray(errors) && goesOn && { errors: errors.map((error) => keepError(error, depth + 1)) }),
    ...(own.length > 0 && { properties: Object.fromEntries(own) }),
  };
}

/** Makes an error of what was kept of one: with its class's name, its message and its cause. */
export function throwable({ name, message, cause, errors, properties }: KeptError): Error {
  const known = CLASSES.find((candidate) => candidate.name === name);
  const error =
    errors === undefined ? new (known ?? Error)(message) : new AggregateError(errors.map(throwable), message);
  if (known === undefined) define(error, "name", name);
  if (cause !== undefined)
    define(error, "cause", typeof cause === "object" && cause !== null ? throwable(cause) : cause);
  for (const [key, value] of Object.entries(properties ?? {})) {
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: true });
  }
  return error;
}

/** Whether a step that has failed with this must not be tried again. */
export function isNonRetryable(thrown: unknown): boolean {
  return isError(thrown) && thrown.name === "NonRetryableError";
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true });
}

/** A `DOMException` is one, too, and so is an error of another realm. */
function isError(value: unknown): value is Error {
  return (
    value instanceof Error ||
    (typeof value === "object" && value !== null && typeof (value as Error).name === "string" && "message" in value)
  );
}

function isPrimitive(value: unknown): value is string | number | boolean | null {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function textOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return Object.prototype.toString.call(thrown);
  }
}
