/** Documents say what is there: quoted code is the code, links and named files exist. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../tidy/sources.js'
import { documentsOf, fencedOf, regionOf } from './fenced.js'

const root = projectRoot(import.meta.dirname)
const documents = documentsOf(root)

t.test('each block of TypeScript is a region of an example, letter by letter', async t => {
  const quoted = documents.flatMap(document => fencedOf(root, document))
    .filter(({ language }) => language === 'ts')
  t.ok(quoted.length >= 4, `${quoted.length} blocks`)
  for (const { document, line, source, text } of quoted) {
    t.match(source, /^examples\/[\w-]+\.ts#\w+$/, `${document}:${line} names its source`)
    t.equal(text, regionOf(root, source), `${document}:${line} = ${source}`)
  }
})

const namedFile = /`((?:engine|actors|analytics|pipelines|gateway|deploy|test|examples)\/[\w./-]+)`/g

t.test('links and named files exist', async t => {
  const missing: string[] = []
  for (const document of documents) {
    const text = readFileSync(join(root, document), 'utf8')
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      if (!existsSync(join(root, dirname(document), target))) missing.push(`${document}: ${target}`)
    }
    for (const [, path] of text.matchAll(namedFile)) {
      if (!existsSync(join(root, path))) missing.push(`${document}: ${path}`)
    }
  }
  t.strictSame(missing, [])
})
