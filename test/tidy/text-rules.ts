/** Rules about one file at a time: its size, its name, its comments, and words that we do not use. */
import ts from 'typescript'
import { exportsOf, nodesOf, violationAt, type Rule, type Source, type Violation } from './sources.js'

const lineCharactersMax = 110
const functionLinesMax = 60
const fileLinesMax = 400

/** Names that say nothing about what is inside. */
const emptyNames = ['util', 'utils', 'helper', 'helpers', 'common', 'type', 'types', 'misc', 'base',
  'manager']
const fileName = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|bench|d))?\.(ts|mts|mjs|lua|sql)$/

/** Whether console output is what the file is for. */
const mayPrint = /^(bench|deploy\/cli|deploy\/scripts)\//
/**
 * The configuration, and the plain scripts that also run before the build, when there is no configuration
 * yet.
 */
const mayReadEnvironment = /^deploy\/(config\/|[\w-]+\.mjs$)/
/** Marks of unfinished work, cut in two so that this file does not hold them. */
const unfinishedMarks = ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X']
const unfinished = new RegExp(`\\b(${unfinishedMarks.join('|')})\\b`)

/** A rule that looks at files one by one. */
function perFile(name: string, bad: Rule['bad'], check: (source: Source) => Violation[]): Rule {
  return { name, bad, check: sources => sources.flatMap(check) }
}

/** A rule that looks at the nodes of the syntax trees one by one; `find` says what is wrong with a node. */
function perNode(
  name: string, bad: Rule['bad'], find: (node: ts.Node, source: Source) => string | undefined,
): Rule {
  return perFile(name, bad, source => {
    const violations: Violation[] = []
    for (const node of nodesOf(source)) {
      const what = find(node, source)
      if (what) violations.push(violationAt(source, node, what))
    }
    return violations
  })
}

/** All of them. */
export const textRules: readonly Rule[] = [
  perFile(`a line has at most ${lineCharactersMax} characters`,
    { 'engine/a.ts': `/** A. */\n// ${'x'.repeat(lineCharactersMax)}\n` },
    ({ path, text }) => text.split('\n').flatMap((line, i) => ([...line].length > lineCharactersMax
      ? [{ path, line: i + 1, what: `${[...line].length} characters` }] : []))),

  perFile(`a file has at most ${fileLinesMax} lines`,
    { 'engine/a.ts': `/** A. */\n${'\n'.repeat(fileLinesMax)}` },
    ({ path, text }) => {
      const lines = text.replace(/\n$/, '').split('\n').length
      return lines > fileLinesMax ? [{ path, line: lines, what: `${lines} lines` }] : []
    }),

  perNode(`a function has at most ${functionLinesMax} lines`,
    { 'engine/a.ts': `/** A. */\nfunction long() {${'\n'.repeat(functionLinesMax)}}\n` },
    (node, { tree }) => {
      if (!ts.isFunctionLike(node) || !('body' in node)) return undefined
      const lineAt = (position: number): number => tree!.getLineAndCharacterOfPosition(position).line
      const lines = lineAt(node.getEnd()) - lineAt(node.getStart(tree)) + 1
      return lines > functionLinesMax ? `${lines} lines` : undefined
    }),

  perFile('a file is named in kebab-case, by a noun that says what is inside',
    { 'engine/redis-helpers.ts': '/** A. */\n' },
    ({ path }) => {
      const name = path.slice(path.lastIndexOf('/') + 1)
      const isEmpty = name.split(/[-.]/).some(word => emptyNames.includes(word))
      return isEmpty || !fileName.test(name) ? [{ path, line: 1, what: `the name ${name}` }] : []
    }),

  perFile('a file begins with a comment that says what it is, unless it only re-exports',
    { 'engine/a.ts': 'const a = 1\n' },
    ({ path, text, tree }) => {
      const isRevealing = /^(#!.*\n)?(\/\*\*|\/\/|--)/.test(text)
      const isPublicFace = tree !== undefined && tree.statements.length > 0
        && tree.statements.every(statement => ts.isExportDeclaration(statement))
      return isRevealing || isPublicFace ? [] : [{ path, line: 1, what: 'no first comment' }]
    }),

  perFile('every export has a doc comment',
    { 'engine/a.ts': '/** A. */\nimport b from \'node:fs\'\nexport const a = b\n' },
    source => exportsOf(source).filter(({ node }) => ts.getJSDocCommentsAndTags(node).length === 0)
      .map(({ name, node }) => violationAt(source, node, `export ${name} is not explained`))),

  perNode('nothing is of type any',
    { 'engine/a.ts': '/** A. */\nlet a: any\n' },
    node => (node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : undefined)),

  perNode('no double casts',
    { 'engine/a.ts': '/** A. */\nconst a = 1 as unknown as string\n' },
    node => (ts.isAsExpression(node) && ts.isAsExpression(node.expression) ? 'a cast of a cast' : undefined)),

  perNode('process.env is read in deploy/config only',
    { 'engine/a.ts': '/** A. */\nconst a = process.env.HOME\n' },
    (node, { path }) => (ts.isPropertyAccessExpression(node) && node.getText() === 'process.env'
      && !mayReadEnvironment.test(path) ? 'process.env' : undefined)),

  perNode('console is used by the command line and benchmarks only',
    { 'engine/a.ts': '/** A. */\nconsole.log(1)\n' },
    (node, { path }) => (ts.isPropertyAccessExpression(node) && node.expression.getText() === 'console'
      && !mayPrint.test(path) ? node.getText() : undefined)),

  perFile('nothing is left for later',
    { 'engine/a.ts': `/** A. */\n// ${unfinishedMarks[0]}: think\n` },
    ({ path, text }) => text.split('\n').flatMap((line, i) =>
      (unfinished.test(line) ? [{ path, line: i + 1, what: line.trim() }] : []))),
]
