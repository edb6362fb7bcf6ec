// What only somebody who looks closer needs: it is loaded when one of these tabs is first shown.
import "../changes/blame-view.ts";
import "../changes/state-diff.ts";
import "../storage/storage-view.ts";
