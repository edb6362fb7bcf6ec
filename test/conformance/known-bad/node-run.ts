// Run by `node --test`: the kit under Node's own runner, on the plain store and on one that drops undefined fields.
import { conformanceSuite } from "../../../src/testing/node.ts";
import { DropsUndefined } from "./bad-values.ts";
import { referenceSubject } from "./reference-subject.ts";

conformanceSuite(process.env.SUBJECT === "bad" ? referenceSubject("bad", DropsUndefined) : referenceSubject("good"));
