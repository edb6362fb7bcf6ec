import { describe, expect, test } from "vitest";
import { createMemoryRemote, type Remote } from "../../src/replicate.ts";
import { remoteCases, runRemoteCase } from "../../src/testing/index.ts";

const remotes = new Map<string, Remote>();

const subject = {
  name: "memory",
  async open(name: string) {
    const remote = remotes.get(name) ?? createMemoryRemote();
    remotes.set(name, remote);
    return remote;
  },
};

describe(subject.name, () => {
  for (const one of remoteCases) {
    test(one.name, async () => expect(await runRemoteCase(subject, one)).toBeUndefined());
  }
});
