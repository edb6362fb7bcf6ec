/** The part of Chrome's extension API that is used here. */
declare namespace chrome {
  interface ChromeEvent<Listener extends (...given: never[]) => unknown> {
    addListener(listener: Listener): void;
  }

  namespace runtime {
    const onStartup: ChromeEvent<() => void>;
    const onInstalled: ChromeEvent<() => void>;
    /** A listener that answers later returns `true`; Chrome keeps the worker for it until then. */
    const onMessage: ChromeEvent<(message: unknown, sender: unknown, respond: (answer: unknown) => void) => true>;
    /** Rejects where the worker was stopped before it answered. */
    function sendMessage(message: unknown): Promise<unknown>;
  }

  namespace alarms {
    interface Alarm {
      readonly name: string;
      readonly scheduledTime: number;
    }
    const onAlarm: ChromeEvent<(alarm: Alarm) => void>;
    function create(name: string, when: { when?: number; periodInMinutes?: number }): Promise<void>;
    function get(name: string): Promise<Alarm | undefined>;
    function clear(name: string): Promise<boolean>;
  }

  namespace storage {
    interface StorageArea {
      get(): Promise<Record<string, unknown>>;
      set(items: Record<string, unknown>): Promise<void>;
      remove(keys: string | string[]): Promise<void>;
    }
    /** Survives a restart of the browser; `session` does not. */
    const local: StorageArea;
    const session: StorageArea;
    const onChanged: ChromeEvent<() => void>;
  }

  namespace action {
    function setBadgeText(badge: { text: string }): Promise<void>;
    function setBadgeBackgroundColor(badge: { color: string }): Promise<void>;
    function setTitle(title: { title: string }): Promise<void>;
  }
}
