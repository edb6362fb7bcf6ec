import pg from "pg";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  deletePostgresStore,
  openPostgresStore,
  setUpPostgres,
  type PostgresPool,
  type PostgresStoreOptions,
} from "../../../src/postgres.ts";
import { createCheckpoint, type Change } from "../../../src/index.ts";
import { encryptedCodec } from "../../conformance/encrypted-codec.ts";
import { PostgresServer } from "../../servers/postgres.ts";

const server = await PostgresServer.start({ settings: ["fsync=off"] });
afterAll(() => server.stop());
const pool = server.pool();
await setUpPostgres(pool);

let names = 0;
const newName = () => `store ${(names += 1)}`;
const open = (options: PostgresStoreOptions = {}, name = newName()) => openPostgresStore(pool, name, options);

/** Has every record of a collection that is put go through this, which may raise. */
async function onPut(collection: string, body: string): Promise<() => Promise<unknown>> {
  await pool.query(
    `create or replace function look() returns trigger language plpgsql as $$ begin ${body}; return new; end $$`,
  );
  await pool.query(`create trigger look before insert on waystone.${collection} for each row execute function look()`);
  return () => pool.query(`drop trigger look on waystone.${collection}`);
}

describe("setting up", () => {
  test("can be done again, and by several at once", async () => {
    const schema = `quoted " 'schema`;
    await Promise.all(Array.from({ length: 6 }, () => setUpPostgres(pool, { schema })));
    await setUpPostgres(pool, { schema });
    const store = await open({ schema });
    await store.trace("t").save({ step: 1 });
    expect((await store.loadLatest("t"))?.state).toEqual({ step: 1 });
    await store.close();
  });

  test("is missed on opening", async () => {
    await expect(open({ schema: "nowhere" })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching("setUpPostgres") as string,
    });
  });

  test("leaves what a newer release has set up as it is", async () => {
    await setUpPostgres(pool, { schema: "newer" });
    await pool.query("update newer.schema_version set version = 99");
    const told = { code: "newer-schema", expected: "1", actual: "99" };
    await expect(setUpPostgres(pool, { schema: "newer" })).rejects.toMatchObject(told);
    await expect(open({ schema: "newer" })).rejects.toMatchObject(told);
    expect((await pool.query("select version from newer.schema_version")).rows).toEqual([{ version: 99 }]);
  });

  test("takes no right to make anything where all is there, and the rights that the docs name are enough", async () => {
    await pool.query(`create role agents login;
      grant usage on schema waystone to agents;
      grant select, insert, update, delete on all tables in schema waystone to agents;
      grant usage on sequence waystone.change_ids to agents`);
    const theirs = server.pool({ user: "agents" });
    await setUpPostgres(theirs);
    const store = await openPostgresStore(theirs, newName());
    await store.trace("t").save({ step: 1 });
    expect(await store.list("t")).toHaveLength(1);
    await store.close();
    await expect(setUpPostgres(theirs, { schema: "other" })).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("bad days", () => {
  test("a server that can't be reached is unavailable after the time that was given", async () => {
    const nobody = new pg.Pool({ host: server.folder, port: 1 });
    await expect(openPostgresStore(nobody, newName(), { reconnectTimeoutMs: 50 })).rejects.toMatchObject({
      code: "unavailable",
      cause: { code: "ENOENT" },
    });
    await nobody.end();
  });

  test("a full disk is quota-exceeded: what is there stays readable and can be deleted", async () => {
    const store = await open();
    await store.trace("t").save({ step: 1 }, { id: `full ${names}` });
    const drop = await onPut("checkpoints", "raise exception 'no space left' using errcode = '53100'");
    await expect(store.trace("t").save({ step: 2 })).rejects.toMatchObject({ code: "quota-exceeded" });
    expect((await store.loadLatest("t"))?.state).toEqual({ step: 1 });
    expect(await store.deleteTrace("t")).toBe(1);
    await drop();
    await store.trace("t").save({ step: 3 });
    await store.close();
  });

  test("idle connections may be killed at any time, those that listen too", async () => {
    const store = await open();
    for (let step = 0; step < 5; step += 1) {
      await store.trace("t").save({ step });
      await pool.query("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()");
    }
    expect(await store.list("t")).toHaveLength(5);
    await store.close();
  });

  test("a commit of which nobody can be asked is unavailable, and the save can be repeated", async () => {
    let state: "up" | "falling" | "down" = "up";
    const failing: PostgresPool = {
      on: (event, listener) => pool.on(event as "error", listener),
      async connect() {
        if (state === "down") throw new Error("no way there");
        const client = await pool.connect();
        return {
          on: (event, listener) => client.on(event as "error", listener),
          removeListener: (event, listener) => client.removeListener(event, listener),
          release: (destroy) => client.release(destroy),
          async query(text, values) {
            const result = await client.query(text, values);
            if (text !== "commit" || state !== "falling") return result;
            state = "down";
            throw new Error("cut off");
          },
        };
      },
    };
    const store = await openPostgresStore(failing, newName(), { changes: "none", reconnectTimeoutMs: 50 });
    state = "falling";
    const checkpoint = createCheckpoint({ step: 1 });
    await expect(store.saveWithTrace("t", checkpoint)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching("whole or not at all") as string,
    });
    state = "up";
    await store.saveWithTrace("t", checkpoint);
    expect(await store.list("t")).toEqual([checkpoint.id]);
    await store.close();
  });

  test("a commit is told once it is on disk, and who stops in the middle is cut off, whatever the database's defaults", async () => {
    const lazy = server.pool({ options: "-c synchronous_commit=off" });
    const drop = await onPut(
      "checkpoints",
      "if current_setting('synchronous_commit') <> 'on' or current_setting('idle_in_transaction_session_timeout') <> '30s' then raise exception 'lazy'; end if",
    );
    const store = await openPostgresStore(lazy, newName());
    await store.trace("t").save({ step: 1 });
    await store.close();
    expect((await lazy.query("show synchronous_commit")).rows).toEqual([{ synchronous_commit: "off" }]);
    await drop();
  });

  test("a key that no index holds is refused as serialization", async () => {
    const store = await open();
    const { length } = Array.from({ length: 4000 });
    const id = Array.from({ length }, (_, n) => String.fromCharCode(0x4e00 + ((n * 7919) % 20_000))).join("");
    await expect(store.trace(id).save({ step: 1 })).rejects.toMatchObject({ code: "serialization" });
    await store.close();
  });

  test("a store that is deleted is empty for those who have it open, and the others stay", async () => {
    const [name, other] = [newName(), newName()];
    const [store, neighbour] = [await open({}, name), await open({}, other)];
    for (const one of [store, neighbour]) await one.trace("t").save({ step: 1 });
    await deletePostgresStore(pool, name);
    expect([await store.traces(), await store.list("t")]).toEqual([[], []]);
    expect(await neighbour.list("t")).toHaveLength(1);
    await store.trace("t").save({ step: 2 });
    expect((await store.loadLatest("t"))?.state).toEqual({ step: 2 });
    await store.close();
    await neighbour.close();
  });

  test("stores that were closed leave nothing behind on the pool or in the database", async () => {
    const left = async () => {
      const { rows } = await pool.query("select slot from waystone.commit_marks");
      return { marks: rows.length, listeners: pool.listenerCount("error"), waiting: pool.waitingCount };
    };
    const before = await left();
    for (let n = 0; n < 12; n += 1) {
      const store = await open();
      await store.trace("t").save({ n });
      await store.close();
    }
    expect(await left()).toEqual(before);
  });
});

describe("changes", () => {
  /** What a store hears of another of its name, which saves twice; what one of another name hears comes first. */
  async function heardBy(
    other: PostgresStoreOptions,
    one = other,
    before: () => Promise<unknown> = async () => undefined,
  ) {
    const name = newName();
    const [writer, reader, stranger] = [await open(one, name), await open(other, name), await open(other)];
    const [foreign, heard]: Change[][] = [[], []];
    stranger.watch((change) => foreign!.push(change));
    reader.watch((change) => heard!.push(change));
    await before();
    await writer.trace("t").save({ step: 1 }, { id: `${name}, 1`, metadata: { secret: "rosebud" } });
    await writer.trace("t").save({ step: 2 }, { id: `${name}, 2`, metadata: { secret: "rosebud" } });
    await writer.close();
    await vi.waitFor(() => heard!.length === 2 || Promise.reject(new Error("not yet")), { timeout: 20_000 });
    await reader.close();
    await stranger.close();
    return [...foreign!, ...heard!];
  }
  const saved = { kind: "saved", origin: "remote", head: { metadata: { secret: "rosebud" } } };
  const both = [
    { ...saved, version: 1 },
    { ...saved, version: 2 },
  ];
  const told = async () => {
    const { rows } = await pool.query<{ message: Buffer }>(
      "select message from waystone.changes order by id desc limit 2",
    );
    return rows.map(({ message }) => message.toString("latin1")).join();
  };

  test("are heard by who listens, and by who polls", async () => {
    const polling = { changes: { pollMs: 20 } };
    expect(await heardBy({})).toMatchObject(both);
    expect(await heardBy(polling)).toMatchObject(both);
    expect(await heardBy({}, polling)).toMatchObject(both);
  });

  test("are heard although the connection that listens is lost", async () => {
    const end = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'";
    expect(await heardBy({}, {}, () => pool.query(end))).toMatchObject(both);
  });

  test("say nothing to the server that an encrypting codec would not", async () => {
    expect(await heardBy({})).toMatchObject(both);
    expect(await told()).toContain("rosebud");
    expect(await heardBy({ codec: encryptedCodec })).toMatchObject(both);
    expect(await told()).not.toContain("rosebud");
  });
});

test("misuse is told at once", async () => {
  const one = server.pool({ max: 1 });
  await expect(openPostgresStore(one, "s")).rejects.toThrow(/pollMs/);
  await expect(open({ isolation: "none" as never })).rejects.toThrow(TypeError);
  await expect(open({ changes: { pollMs: -1 } })).rejects.toThrow(RangeError);
  await expect(open({ changes: { pollms: 1 } as never })).rejects.toThrow(/pollMs/);
  await expect(open({ scheme: "s" } as never)).rejects.toThrow(/scheme/);
  await expect(openPostgresStore({} as never, "s")).rejects.toThrow(TypeError);
  await expect(open({}, "")).rejects.toThrow(TypeError);
});
