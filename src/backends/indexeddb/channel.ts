import type { Channel } from "../../core/channel.ts";
import { ownName } from "../../core/names.ts";

/**
 * Creates a channel to all other stores of this name in the origin. Returns `undefined` if there is no
 * BroadcastChannel.
 */
export function createBroadcastChannel(name: string): Channel | undefined {
  if (typeof BroadcastChannel === "undefined") return undefined;
  const channel = new BroadcastChannel(ownName("changes", name));
  // In Node an open channel would keep the process alive.
  (channel as { unref?: () => void }).unref?.();
  let isClosed = false;
  return {
    post(message) {
      if (!isClosed) channel.postMessage(message);
    },
    listen(receive) {
      channel.onmessage = (event: MessageEvent<unknown>) => {
        if (!isClosed) receive(event.data);
      };
    },
    close() {
      isClosed = true;
      channel.close();
    },
  };
}
