import { isCheckpointStoreError } from "waystone";

/** An error in one line, with its code where it is a store's. */
export function failureText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isCheckpointStoreError(error) ? `${error.code}: ${message}` : message;
}
