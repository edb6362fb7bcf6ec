import { CheckpointInspector } from "./inspector/checkpoint-inspector.ts";
import { DetailPane } from "./inspector/detail/detail-pane.ts";
import { HelpSheet } from "./inspector/help-sheet.ts";
import { RunsView } from "./inspector/runs/runs-view.ts";
import { TimelineView } from "./inspector/timeline/timeline-view.ts";
import { ForkDialog } from "./inspector/travel/fork-dialog.ts";
import { WaitingView } from "./inspector/travel/waiting-view.ts";
import { TroubleView } from "./inspector/trouble/trouble-view.ts";

export type {
  AnswerGiven,
  CheckpointInspectorElement,
  CheckpointInspectorEventMap,
  ForkMade,
  InspectorSelection,
  ResumeRequest,
} from "./inspector/contract.ts";

const ELEMENTS = {
  "waystone-runs": RunsView,
  "waystone-timeline": TimelineView,
  "waystone-detail": DetailPane,
  "waystone-waiting": WaitingView,
  "waystone-fork-dialog": ForkDialog,
  "waystone-help": HelpSheet,
  "waystone-trouble": TroubleView,
  "checkpoint-inspector": CheckpointInspector,
};

// Once, however often and from however many bundles this is loaded; and not at all where there is no document.
for (const [name, element] of Object.entries(ELEMENTS)) {
  if (globalThis.customElements?.get(name) === undefined) globalThis.customElements?.define(name, element);
}
