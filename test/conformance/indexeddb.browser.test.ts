import { conformanceSuite } from "../../src/testing/vitest.ts";
import { subjects } from "./subjects.ts";

for (const subject of subjects.filter(({ name }) => name.startsWith("IndexedDB"))) conformanceSuite(subject);
