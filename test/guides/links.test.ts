/** The pages of the documentation lead to each other, and none is out of reach. */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const pagesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder))
    .filter(name => name.endsWith('.md'))
    .map(name => `${folder}/${name}`)

const REFERENCES = pagesIn('docs/reference')
const GUIDES = pagesIn('docs/guides')
const PAGES = ['README.md', 'CONTRIBUTING.md', ...pagesIn('docs/decisions'), ...REFERENCES, ...GUIDES]

const LINK = /\]\((?!https?:)([^)\s#]*)(?:#([^)]*))?\)/g

/** GitHub's anchors of a page's headings. */
const anchorsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

for (const page of PAGES) {
  test(`every link of ${page} leads somewhere`, () => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    for (const [, path = '', anchor] of text.matchAll(LINK)) {
      const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path)
      assert.ok(existsSync(target), `${path} is not there`)
      if (anchor) assert.ok(anchorsOf(readFileSync(target, 'utf8')).includes(anchor), `${path} has no #${anchor}`)
    }
  })
}

test('the README leads to every guide and every reference', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8')
  for (const page of [...GUIDES, ...REFERENCES]) assert.ok(text.includes(`](${page})`), page)
})
