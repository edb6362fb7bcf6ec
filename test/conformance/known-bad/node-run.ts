// Run by `node --test`: the kits under Node's own runner, on what is sound and on what drops undefined fields.
import { backendSuite, conformanceSuite } from "../../../src/testing/node.ts";
import { dropsUndefined } from "../../backends/known-bad/bad-records.ts";
import { subjectOn } from "../../backends/known-bad/broken.ts";
import { DropsUndefined } from "./bad-values.ts";
import { referenceSubject } from "./reference-subject.ts";

const isBad = process.env.SUBJECT === "bad";
if (process.env.KIT === "backend") backendSuite(subjectOn(isBad ? dropsUndefined : undefined));
else conformanceSuite(isBad ? referenceSubject("bad", DropsUndefined) : referenceSubject("good"));
