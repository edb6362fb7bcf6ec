import { beforeAll, vi } from "vitest";
import { conformanceSuite } from "../../src/testing/vitest.ts";
import { times } from "../length.ts";
import { IN_WORKERS, subjects } from "./subjects.ts";

beforeAll(() => {
  const print = console.error;
  // A store reports what its listeners throw; one case has a listener throw on purpose.
  vi.spyOn(console, "error").mockImplementation((...args: unknown[]) => {
    if (!args.some((arg) => String(arg).includes("a listener that throws"))) print(...args);
  });
});

const elsewhere = typeof document === "object" ? times({ short: IN_WORKERS, long: "" }) : "";
for (const subject of subjects) if (subject.name !== elsewhere) conformanceSuite(subject);
