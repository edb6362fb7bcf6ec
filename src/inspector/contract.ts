import type { CheckpointId, TraceId } from "../core/checkpoint.ts";
import type { Store } from "../core/store.ts";

/** What `selection-changed` tells: what is shown now. */
export interface InspectorSelection {
  /** The run that is shown; `undefined` for none. */
  readonly traceId: TraceId | undefined;
  /** The checkpoint that is shown; `undefined` for none. */
  readonly checkpointId: CheckpointId | undefined;
  /** Whether the newest checkpoint is shown, and the next one will be. */
  readonly isFollowing: boolean;
}

/** What `resume-requested` tells: the run to be driven on. Its newest checkpoint is the one to go on from. */
export interface ResumeRequest {
  /** The run, or the fork that was made for this. */
  readonly traceId: TraceId;
  /** Its newest checkpoint. */
  readonly checkpointId: CheckpointId;
}

/** What `fork-requested` tells: the trace that was made. */
export interface ForkMade {
  /** The new trace. */
  readonly traceId: TraceId;
  /** Its newest checkpoint: the copy, or the edited state that was saved on top of it. */
  readonly checkpointId: CheckpointId;
  /** The checkpoint that was forked. */
  readonly originId: CheckpointId;
  /** Whether the state was edited. */
  readonly isEdited: boolean;
}

/** What is told of an event that was sent to a run of `waystone/steps`. */
export interface AnswerGiven {
  /** The run. */
  readonly traceId: TraceId;
  /** The name of the event. */
  readonly name: string;
  /** What was sent. */
  readonly value: unknown;
}

/** How far an export or an import has come. */
export interface TransferProgress {
  /** How many checkpoints have been written or read. */
  readonly checkpoints: number;
  /** How many bytes. */
  readonly bytes: number;
}

/**
 * What exports and imports traces: the functions of those names of `waystone/archive`, in one object. The inspector is
 * given them, since an archive is read and written below the public interfaces of a store, by the very library that made
 * the store.
 */
export interface ArchiveFunctions {
  /** As in `waystone/archive`. */
  readonly exportTraces: (
    store: Store,
    options: {
      /** The traces to export. Default is all of them. */
      readonly traceIds?: readonly TraceId[];
      /** Ends the export. Default is none. */
      readonly signal?: AbortSignal;
      /** Told how far it has come. Default is nobody. */
      readonly onProgress?: (progress: TransferProgress) => void;
    },
  ) => ReadableStream<Uint8Array>;
  /** As in `waystone/archive`. */
  readonly importTraces: (
    store: Store,
    stream: ReadableStream<Uint8Array>,
    options: {
      /** What to do about traces that are there. Default is to fail. */
      readonly onConflict?: "error" | "skip" | "extend";
      /** Ends the import. Default is none. */
      readonly signal?: AbortSignal;
      /** Told how far it has come. Default is nobody. */
      readonly onProgress?: (progress: TransferProgress) => void;
    },
  ) => Promise<{
    readonly traces: number;
    readonly checkpoints: number;
    readonly present: number;
    readonly skipped: readonly TraceId[];
  }>;
}

/** The events of `<checkpoint-inspector>`. They bubble, and leave shadow roots. */
export interface CheckpointInspectorEventMap {
  /** Another run or checkpoint is shown, by the user or because a new one was saved. */
  "selection-changed": CustomEvent<InspectorSelection>;
  /** The user wants a run to go on. The element drives none: the page does. */
  "resume-requested": CustomEvent<ResumeRequest>;
  /** A fork was made, and is shown. Nobody drives it yet. */
  "fork-requested": CustomEvent<ForkMade>;
  /** An event was sent to a run that waits for it. Nobody may be driving it. */
  "answer-given": CustomEvent<AnswerGiven>;
  /** The user wants the store to be opened once more, after `failure` has said why it was not. */
  "retry-requested": CustomEvent<undefined>;
  /** A run was deleted, for good. */
  "run-deleted": CustomEvent<{ readonly traceId: TraceId }>;
}

/**
 * `<checkpoint-inspector>`: shows the runs of a store, the checkpoints of one of them and of its forks, and what is in a
 * checkpoint. Importing `waystone/inspector` defines it.
 */
export interface CheckpointInspectorElement extends HTMLElement {
  /** The store that is shown. The element neither opens nor closes it. */
  store: Store | undefined;
  /** Why there is no store: what opening it was rejected with. It is shown in words. */
  failure: unknown;
  /**
   * What exports and imports traces: `exportTraces` and `importTraces` of `waystone/archive`. Default is nothing: then
   * neither is offered, and a page that offers neither need not carry them.
   */
  archive: ArchiveFunctions | undefined;
  /** The run that is shown. Also an attribute, `trace-id`. */
  traceId: TraceId | undefined;
  /** The checkpoint that is shown. Setting it ends the following. Also an attribute, `checkpoint-id`. */
  checkpointId: CheckpointId | undefined;
  /** Whether the newest checkpoint of the run is shown, and the next one will be. */
  isFollowing: boolean;
  /**
   * Calls a listener with each event of a type.
   *
   * @param type - Which events.
   * @param listener - Called with each.
   * @param options - As for any element.
   */
  addEventListener<K extends keyof CheckpointInspectorEventMap>(
    type: K,
    listener: (this: CheckpointInspectorElement, event: CheckpointInspectorEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /**
   * Calls a listener with each event of a type.
   *
   * @param type - Which events.
   * @param listener - Called with each.
   * @param options - As for any element.
   */
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: HTMLElement, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /**
   * Calls a listener with each event of a type.
   *
   * @param type - Which events.
   * @param listener - Called with each.
   * @param options - As for any element.
   */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "checkpoint-inspector": CheckpointInspectorElement;
  }
}
