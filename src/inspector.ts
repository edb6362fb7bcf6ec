// Importing it defines the elements: `checkpoint-inspector`, and those that it is made of.
import "./inspector/checkpoint-inspector.ts";

export type {
  AnswerGiven,
  ArchiveFunctions,
  CheckpointInspectorElement,
  CheckpointInspectorEventMap,
  ForkMade,
  InspectorSelection,
  ResumeRequest,
  TransferProgress,
} from "./inspector/contract.ts";
