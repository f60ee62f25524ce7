/**
 * Our linter. It knows no per-file exceptions: a rule says where it applies, and holds there. Each rule is
 * first shown a small tree that breaks it, so that a rule which finds nothing is known to look.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { importRules, packagesAtRunTime } from './tidy/import-rules.js'
import { projectRoot, readSources, sourceOf, type Violation } from './tidy/sources.js'
import { textRules } from './tidy/text-rules.js'

const root = projectRoot(import.meta.dirname)
const sources = readSources(root)

const formatted = ({ path, line, what }: Violation): string => `${path}:${line} ${what}`

t.ok(sources.length > 100, `${sources.length} files are looked at`)

for (const rule of [...textRules, ...importRules]) {
  t.test(rule.name, async t => {
    const bad = Object.entries(rule.bad).map(([path, text]) => sourceOf(path, text))
    t.equal(rule.check(bad).length, 1, 'finds what breaks it')
    t.strictSame(rule.check(sources).map(formatted), [])
  })
}

t.test('the package', async t => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'),
    'utf8')) as
    { dependencies: Record<string, string>, optionalDependencies: Record<string, string> }
  const missing = [...packagesAtRunTime(sources)].filter(name => !(name in dependencies)
    && !(name in optionalDependencies))
  t.strictSame(missing, [], 'what runs outside tests is a dependency, not a devDependency')
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  t.notOk(lock.includes('"resolved"'), 'the lock file names no registry')
})
