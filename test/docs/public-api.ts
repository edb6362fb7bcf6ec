import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, type ESTree } from "vite";
import { entryPoints } from "../source-files.ts";

/** What an entry point exports, or a member of it. */
export interface ApiItem {
  /** `Store.trace` for a member; an overload has the same name as the others. */
  readonly name: string;
  /** `src/core/store.ts:45`. */
  readonly place: string;
  readonly kind: "function" | "property" | "other";
  /** The doc comment as it stands, or `undefined` if there is none. */
  readonly doc: string | undefined;
  readonly parameters: readonly ApiParameter[];
  readonly returnsSomething: boolean;
  readonly isOptional: boolean;
}

/** A parameter of a function. */
export interface ApiParameter {
  readonly name: string;
  /** Whether its type is one of options, which documents it. */
  readonly isOptions: boolean;
}

type Node = ESTree.Node;

interface Module {
  readonly path: string;
  readonly text: string;
  readonly body: readonly Node[];
  /** Where each doc comment starts, by where the code behind it does. */
  readonly docs: ReadonlyMap<number, string>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = new Map<string, Module>();

/** Returns everything that the package's entry points export, with the members of each. */
export function publicApi(): ApiItem[] {
  const items = new Map<string, ApiItem>();
  for (const path of entryPoints()) {
    for (const item of exportsOf(path)) items.set(`${item.place} ${item.name}`, item);
  }
  return [...items.values()];
}

function exportsOf(path: string): ApiItem[] {
  const module = moduleAt(path);
  return module.body.flatMap((node) => {
    if (node.type !== "ExportNamedDeclaration") return [];
    if (node.declaration !== null) return itemsOf(node.declaration, { module, start: node.start });
    if (node.source === null) throw new Error(`${path} exports by a list: declare with export instead`);
    const from = posix.join(posix.dirname(path), node.source.value);
    const names = node.specifiers.map(({ local }) => nameOf(local));
    return exportsOf(from).filter(({ name }) => names.includes(name.split(".")[0]!));
  });
}

function moduleAt(path: string): Module {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(root + path, "utf8");
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
  const docs = new Map<number, string>();
  for (const { type, start, end, value } of comments) {
    if (type !== "Block" || !value.startsWith("*")) continue;
    docs.set(end + /^\s*/.exec(text.slice(end))![0].length, text.slice(start, end));
  }
  const module = { path, text, body: program.body, docs };
  modules.set(path, module);
  return module;
}

interface Where {
  readonly module: Module;
  /** Where the declaration starts, `export` included. */
  readonly start: number;
  /** The name of what this is a member of. */
  readonly owner?: string;
}

/** Returns a declaration and its members. */
function itemsOf(node: Node, { module, start, owner }: Where): ApiItem[] {
  const item = (name: string, more: Partial<ApiItem>): ApiItem => ({
    name: owner === undefined ? name : `${owner}.${name}`,
    place: `${module.path}:${module.text.slice(0, start).split("\n").length}`,
    kind: "other",
    doc: module.docs.get(start),
    parameters: [],
    returnsSomething: false,
    isOptional: false,
    ...more,
  });
  const membersOf = (nodes: readonly Node[], name: string): ApiItem[] =>
    nodes.flatMap((member) =>
      itemsOf(member, { module, start: member.start, owner: owner === undefined ? name : `${owner}.${name}` }),
    );
  const callable = (name: string, { params, returnType }: Callable): ApiItem =>
    item(name, {
      kind: "function",
      parameters: params.map(parameterOf),
      returnsSomething: isSomething(returnType?.typeAnnotation ?? null),
    });

  switch (node.type) {
    case "FunctionDeclaration":
      return [callable(node.id!.name, node)];
    case "ClassDeclaration":
      return [item(node.id!.name, {}), ...membersOf(node.body.body, node.id!.name)];
    case "MethodDefinition":
      return isPrivate(node) ? [] : [callable(nameOf(node.key), node.value)];
    case "PropertyDefinition":
      return isPrivate(node) ? [] : [item(nameOf(node.key), { kind: "property" })];
    case "TSInterfaceDeclaration":
      return [item(node.id.name, {}), ...membersOf(node.body.body, node.id.name)];
    case "TSMethodSignature":
      return [callable(nameOf(node.key), node)];
    case "TSPropertySignature":
      return [item(nameOf(node.key), { kind: "property", isOptional: node.optional })];
    case "TSTypeAliasDeclaration":
      return [item(node.id.name, {}), ...membersOf(literalMembers(node.typeAnnotation), node.id.name)];
    case "VariableDeclaration":
      return node.declarations.map(({ id }) => item(nameOf(id), {}));
    default:
      throw new Error(`${module.path}: what to ask of a ${node.type} is not known here`);
  }
}

type Callable = Pick<ESTree.Function, "params" | "returnType">;

function isPrivate({ key }: { readonly key: Node }): boolean {
  return key.type === "PrivateIdentifier";
}

/**
 * Returns the fields that a type of objects or functions declares in place; variants of a union explain one another.
 */
function literalMembers(type: Node): readonly Node[] {
  if (type.type === "TSTypeLiteral") return type.members;
  if (type.type === "TSIntersectionType") return type.types.flatMap(literalMembers);
  if (type.type === "TSFunctionType") {
    return type.params.flatMap((parameter) =>
      "typeAnnotation" in parameter && parameter.typeAnnotation
        ? literalMembers(parameter.typeAnnotation.typeAnnotation)
        : [],
    );
  }
  return [];
}

function parameterOf(parameter: Node): ApiParameter {
  const target = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
  const annotation = "typeAnnotation" in target ? target.typeAnnotation : null;
  const type = annotation?.type === "TSTypeAnnotation" ? annotation.typeAnnotation : undefined;
  const isOptions = type?.type === "TSTypeReference" && nameOf(type.typeName).endsWith("Options");
  return { name: target.type === "Identifier" ? target.name : "options", isOptions };
}

function isSomething(type: Node | null): boolean {
  if (type === null || type.type === "TSVoidKeyword") return false;
  if (type.type === "TSTypeReference" && nameOf(type.typeName) === "Promise") {
    return isSomething(type.typeArguments?.params[0] ?? null);
  }
  return true;
}

function nameOf(node: Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "Literal") return String(node.value);
  throw new Error(`a ${node.type} has no plain name`);
}
