import { conformanceSuite } from "../../src/testing/vitest.ts";
import { referenceSubject } from "./known-bad/reference-subject.ts";

conformanceSuite(referenceSubject("the plain reference store"));
