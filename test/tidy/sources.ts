/**
 * The sources that tidy rules look at: every file we wrote, with its text and, for TypeScript, its syntax
 * tree.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import ts from 'typescript'

/** One file of ours. */
export interface Source {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
  /** undefined for Lua and SQL. */
  readonly tree: ts.SourceFile | undefined
}

/** Something that breaks a rule. */
export interface Violation {
  readonly path: string
  readonly line: number
  readonly what: string
}

/** A rule of the house. It sees all files at once. */
export interface Rule {
  readonly name: string
  check(sources: readonly Source[]): Violation[]
  /** A small tree, path → text, that breaks it exactly once. */
  readonly bad: Readonly<Record<string, string>>
}

const folders = ['engine', 'actors', 'analytics', 'pipelines', 'gateway', 'deploy', 'bench', 'test',
  'examples']
const ours = /\.(ts|mts|mjs|lua|sql)$/

/** The root of the project: the first folder upwards that has a package.json. */
export function projectRoot(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (readdirSync(folder).includes('package.json')) return folder
  }
  throw new Error(`no package.json above ${from}`)
}

/** All files of ours under the root, in the order of their paths. */
export function readSources(root: string): Source[] {
  return folders.filter(folder => readdirSync(root).includes(folder))
    .flatMap(folder => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile() && ours.test(entry.name)
      && !entry.parentPath.includes('node_modules'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
    .map(file => sourceOf(relative(root, file).replaceAll('\\', '/'), readFileSync(file, 'utf8')))
}

/** A file from its text. */
export function sourceOf(path: string, text: string): Source {
  const isScript = /\.m?[tj]s$/.test(path)
  return { path, text, tree: isScript ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
    : undefined }
}

const nodesBySource = new WeakMap<Source, readonly ts.Node[]>()

/** Every node of the file, an outer one before those in it; listed once for all rules. */
export function nodesOf(source: Source): readonly ts.Node[] {
  const known = nodesBySource.get(source)
  if (known) return known
  const nodes: ts.Node[] = []
  const step = (node: ts.Node): void => {
    nodes.push(node)
    ts.forEachChild(node, step)
  }
  if (source.tree) step(source.tree)
  nodesBySource.set(source, nodes)
  return nodes
}

/** A violation at a node. */
export function violationAt(source: Source, node: ts.Node, what: string): Violation {
  const { line } = source.tree!.getLineAndCharacterOfPosition(node.getStart(source.tree))
  return { path: source.path, line: line + 1, what }
}

/**
 * A module that another file names: `import`, `export … from`, `import()` or `new URL(…, import.meta.url)`.
 */
export interface Reference {
  readonly source: Source
  readonly node: ts.Node
  /** As written. */
  readonly specifier: string
  /** For a relative one the path of the file of ours that it means; else undefined. */
  readonly target: string | undefined
  /** Exported names that are taken; undefined = all of them. */
  readonly names: readonly string[] | undefined
}

const referencesBySource = new WeakMap<Source, readonly Reference[]>()

/** Everything that a file refers to; looked for once for all rules. */
export function referencesOf(source: Source): readonly Reference[] {
  const known = referencesBySource.get(source) ?? readReferences(source)
  referencesBySource.set(source, known)
  return known
}

function readReferences(source: Source): Reference[] {
  const references: Reference[] = []
  const add = (node: ts.Node, literal: ts.Node | undefined, names: string[] | undefined): void => {
    if (!literal || !ts.isStringLiteralLike(literal)) return
    references.push({ source, node, specifier: literal.text, target: targetOf(source.path, literal.text),
      names })
  }
  for (const node of nodesOf(source)) {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, importedNames(node))
    else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, exportedNames(node))
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], undefined)
    } else if (ts.isImportTypeNode(node)) {
      if (ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, undefined)
    } else if (ts.isNewExpression(node) && node.expression.getText(source.tree) === 'URL') {
      const [first] = node.arguments ?? []
      if (first && ts.isStringLiteralLike(first) && /^\.\.?\/.*\.js$/.test(first.text)) {
        add(node, first, undefined)
      }
    }
  }
  return references
}

function targetOf(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\.js$/, '.ts')
}

function importedNames(node: ts.ImportDeclaration): string[] | undefined {
  const bindings = node.importClause?.namedBindings
  if (bindings && ts.isNamespaceImport(bindings)) return undefined
  const names = bindings ? bindings.elements.map(one => (one.propertyName ?? one.name).text) : []
  return node.importClause?.name ? [...names, 'default'] : names
}

function exportedNames(node: ts.ExportDeclaration): string[] | undefined {
  if (!node.exportClause || ts.isNamespaceExport(node.exportClause)) return undefined
  return node.exportClause.elements.map(one => (one.propertyName ?? one.name).text)
}

/** Declarations that a file exports itself, with their names. */
export function exportsOf(source: Source): { readonly name: string, readonly node: ts.Node }[] {
  const found: { name: string, node: ts.Node }[] = []
  for (const statement of source.tree?.statements ?? []) {
    if (ts.isExportAssignment(statement)) found.push({ name: 'default', node: statement })
    if (!ts.canHaveModifiers(statement)) continue
    const modifiers = new Set(ts.getModifiers(statement)?.map(({ kind }) => kind))
    if (!modifiers.has(ts.SyntaxKind.ExportKeyword)) continue
    if (modifiers.has(ts.SyntaxKind.DefaultKeyword)) found.push({ name: 'default', node: statement })
    else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        found.push({ name: name.getText(), node: statement })
      }
    } else if (isNamed(statement)) found.push({ name: statement.name.text, node: statement })
  }
  return found
}

function isNamed(node: ts.Node): node is ts.Node & { name: ts.Identifier } {
  return 'name' in node && node.name !== undefined && ts.isIdentifier(node.name as ts.Node)
}
