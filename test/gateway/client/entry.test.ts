// `hinata/client` as an app gets it: what it imports, and that it can be imported.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { projectRoot } from '../../tidy/sources.js'

const root = projectRoot(import.meta.dirname)
const { exports: faces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<'./client', { node: { default: string }, default: { default: string } }>,
}

/** Every module that a compiled one brings along, and what it names that is no file of ours. */
function reached(entry: string): { files: Set<string>, foreign: string[] } {
  const files = new Set<string>()
  const foreign: string[] = []
  const follow = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    for (const [, , name] of readFileSync(file, 'utf8').matchAll(/^(import|export)\b[^'\n]*?'([^']+)'/gm)) {
      if (name === undefined) continue
      if (name.startsWith('.')) follow(resolve(file, '..', name))
      else foreign.push(name)
    }
  }
  follow(entry)
  return { files, foreign }
}

t.test('a browser needs nothing but a handful of our files', async t => {
  const { files, foreign } = reached(join(import.meta.dirname, '../../../gateway/client/index.js'))
  t.same(foreign, [], 'no package, nothing of Node')
  t.ok(files.size >= 8 && files.size <= 15, `${files.size} files`)
  t.same([...files].filter(file => !file.includes(join('gateway', 'client'))), [], 'nothing of the engine')
  for (const file of files) t.notMatch(readFileSync(file, 'utf8'), /\bprocess\.|\bBuffer\b|require\(/, file)
})

t.test('the package says where both are', async t => {
  const { node, default: other } = faces['./client']
  t.match(node.default, /dist\/gateway\/client\/node\.js$/)
  t.match(other.default, /dist\/gateway\/client\/index\.js$/)
  const [forNode, forBrowsers] = [await import('../../../gateway/client/node.js'),
    await import('../../../gateway/client/index.js')]
  for (const name of Object.keys(forBrowsers)) t.ok(name in forNode, `${name} is in both`)
  if ('WebSocket' in globalThis) return
  t.throws(() => forBrowsers.openClient({ url: 'http://127.0.0.1:1', token: 'x' }), /no WebSocket/)
})
