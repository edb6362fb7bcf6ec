// What only somebody who looks closer needs. It is loaded when it is first shown, so that the element is there sooner.
import "../changes/blame-view.ts";
import "../changes/state-diff.ts";
import "../state/state-editor.ts";
import "../storage/storage-view.ts";
