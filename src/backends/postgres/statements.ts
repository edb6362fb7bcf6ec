import { COLLECTIONS, type CollectionName, type KeyRange, type Query } from "../../core/backend.ts";
import { concatBytes } from "../../core/bytes.ts";
import { behind, encodeKey } from "./keys.ts";
import { nameIn } from "./schema.ts";

/** A statement with its values. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** A record to be put. */
export interface Put {
  readonly collection: CollectionName;
  /** Its key, then its keys in the indexes, then what it holds. */
  readonly columns: readonly Uint8Array[];
}

/** Where a store's records are: in which tables, under keys that begin with what. */
export class Tables {
  readonly schema: string;
  readonly prefix: Uint8Array;

  constructor(schema: string, store: string) {
    this.schema = schema;
    this.prefix = encodeKey([store]);
  }

  key(key: readonly (string | number)[]): Uint8Array<ArrayBuffer> {
    return concatBytes([this.prefix, encodeKey(key)]);
  }

  /** The keys of a record, in the order of the columns. All of the fields are there, as a backend is promised. */
  keysOf(collection: CollectionName, record: object): Uint8Array[] {
    const { key, indexes } = COLLECTIONS[collection];
    const orders: readonly (readonly string[])[] = [key, ...Object.values(indexes)];
    return orders.map((fields) => this.key(fields.map((field) => (record as Record<string, string | number>)[field]!)));
  }

  get(collection: CollectionName, key: readonly (string | number)[], index: string): Statement {
    return { text: `select record from ${this.#table(collection)} where ${index} = $1`, values: [this.key(key)] };
  }

  getEach(collection: CollectionName, keys: readonly Uint8Array[]): Statement {
    const numbers = keys.map((_, place) => `$${place + 1}::bytea`);
    const text = `select key, record from ${this.#table(collection)} where key in (${numbers.join(", ")})`;
    return { text, values: [...keys] };
  }

  select(what: "key" | "record", collection: CollectionName, query: Query): Statement {
    const { index = "key", limit, offset = 0, reverse = false } = query;
    const { text, values } = this.#within(query.range, index);
    const order = `order by ${index}${reverse ? " desc" : ""}`;
    const window = `${limit === undefined ? "" : ` limit ${countOf(limit)}`}${offset > 0 ? ` offset ${countOf(offset)}` : ""}`;
    return { text: `select ${what} from ${this.#table(collection)} where ${text} ${order}${window}`, values };
  }

  delete(collection: CollectionName, range: KeyRange): Statement {
    const { text, values } = this.#within(range, "key");
    return { text: `delete from ${this.#table(collection)} where ${text}`, values };
  }

  /** The statement for records of one collection, no two of the same key, behind so many values of other statements. */
  put(puts: readonly Put[], behindValues: number): Statement {
    const { collection } = puts[0]!;
    const columns = ["key", ...Object.keys(COLLECTIONS[collection].indexes), "record"];
    let at = behindValues;
    const rows = puts.map((put) => `(${put.columns.map(() => `$${++at}::bytea`).join(", ")})`);
    const replaced = columns.slice(1).map((column) => `${column} = excluded.${column}`);
    const text = `insert into ${this.#table(collection)} (${columns.join(", ")}) values ${rows.join(", ")} on conflict (key) do update set ${replaced.join(", ")}`;
    return { text, values: puts.flatMap((put) => put.columns) };
  }

  #within({ lower, upper, lowerOpen, upperOpen }: KeyRange = {}, column: string): Statement {
    return {
      text: `${column} ${lowerOpen ? ">" : ">="} $1 and ${column} ${upperOpen ? "<" : "<="} $2`,
      values: [
        lower === undefined ? this.prefix : this.key(lower),
        upper === undefined ? behind(this.prefix) : this.key(upper),
      ],
    };
  }

  #table(collection: CollectionName): string {
    return nameIn(this.schema, collection);
  }
}

/** Postgres takes no larger counts, and no fractions of an exponent. */
function countOf(count: number): number {
  return Math.min(count, Number.MAX_SAFE_INTEGER);
}
