/** Carries messages between the stores of one name: in other tabs and workers, and other store objects in this one. */
export interface Channel {
  /**
   * Sends a message to all other stores of the name, not to this one.
   *
   * @param message - A value that structured clone can copy.
   */
  post(message: unknown): void;
  /**
   * Sets the function that receives messages. It is called once, when the store is made.
   *
   * @param receive - Must be called with each message of the others, in the order in which its sender posted them.
   */
  listen(receive: (message: unknown) => void): void;
  /** Ends the channel: nothing is sent or received after it. */
  close(): void;
}
