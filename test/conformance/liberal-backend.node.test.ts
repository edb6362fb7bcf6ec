import { exportTraces, importTraces } from "../../src/archive.ts";
import { divertTrace } from "../../src/replicate.ts";
import { createStore } from "../../src/backend.ts";
import { createStructuredCloneCodec } from "../../src/codecs/structured-clone.ts";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { createLiberalBackend } from "../backends/liberal-backend.ts";
import { muteExpectedComplaints } from "./expected-complaints.ts";
import { MEMORY } from "./subjects.ts";

muteExpectedComplaints();
// A store may rely on no more than a backend promises.
conformanceSuite({
  name: "a backend that takes all liberties",
  provides: MEMORY,
  archive: { exportTraces, importTraces },
  replication: { divertTrace },
  open: async (_, options) => createStore(createLiberalBackend(), { ...options, codec: createStructuredCloneCodec() }),
  destroy: async () => undefined,
});
