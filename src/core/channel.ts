/** Carries messages between the stores of one name: other tabs and workers, and other store objects in this one. */
export interface Channel {
  /** Sends a message to all others. It must be structured-cloneable. */
  post(message: unknown): void;
  /** Calls `receive` with what others post, in the order of posting. */
  listen(receive: (message: unknown) => void): void;
  /** Nothing is heard or sent from here on. */
  close(): void;
}
