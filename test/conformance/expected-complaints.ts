import { beforeAll, vi } from "vitest";

/** A store reports what its listeners throw; one case has a listener throw on purpose, which nobody needs to read. */
export function muteExpectedComplaints(): void {
  beforeAll(() => {
    const print = console.error;
    vi.spyOn(console, "error").mockImplementation((...args: unknown[]) => {
      if (!args.some((arg) => String(arg).includes("a listener that throws"))) print(...args);
    });
  });
}
