import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API } from '../../src/actions/contract/api/index.ts'
import { RESTRICTED_CLAIMS } from '../../src/actions/contract/api/restricted-claims.ts'
import { TRIGGERS } from '../../src/actions/contract/triggers/index.ts'
import { actionsApiReference } from './actions-api.ts'

const PAGE = actionsApiReference()

/** The section of a method, from its heading to the next. */
const sectionOf = (path: string): string => {
  const parts = PAGE.split(`\n### \`api.${path}\`\n`)
  assert.equal(parts.length, 2, path)
  return parts[1]?.split('\n### ')[0] ?? ''
}

test('every method is listed once with the triggers that have it, and has one section', () => {
  const ids = Object.values(TRIGGERS).map(({ id }) => id)
  for (const { path, triggers, doc } of API.values()) {
    const [row = '', ...others] = PAGE.split('\n').filter(line => line.startsWith(`| [\`${path}\`](`))
    assert.equal(others.length, 0, path)
    const marks = row.split(' | ').slice(1, 1 + ids.length)
    assert.deepEqual(
      ids.filter((_, index) => marks[index]?.trim() === '●'),
      ids.filter(id => triggers.includes(id)),
      path,
    )
    const [, anchor] = /\(#(\w+)\)/.exec(row) ?? []
    assert.equal(anchor, `api.${path}`.toLowerCase().replaceAll('.', ''))
    assert.ok(sectionOf(path).includes(doc), path)
  }
})

test('every argument has its row, in its order, with its doc', () => {
  for (const { path, parameters } of API.values()) {
    const rows = sectionOf(path)
      .split('\n')
      .filter(line => line.startsWith('| `'))
    const names = rows.map(row => row.split('`')[1]).filter(name => !name?.includes('.'))
    assert.deepEqual(
      names,
      parameters.map(({ name, optional }) => (optional ? `${name}?` : name)),
      path,
    )
    for (const { doc } of parameters) assert.ok(sectionOf(path).includes(`| ${doc} |`), `${path}: ${doc}`)
    for (const row of rows) assert.equal(row.replaceAll('\\|', '').split('|').length, 6, row)
  }
})

test('restrictions and effects are told: where, in which handler, and whether the run ends or waits', () => {
  assert.match(
    sectionOf('access.deny'),
    /In `post-login`, `pre-user-registration`\. Effect: `access_denied`, which ends/,
  )
  assert.match(sectionOf('redirect.validateToken'), /In `post-login`, and there only in `onContinuePostLogin`\./)
  assert.match(sectionOf('redirect.sendUserTo'), /Effect: `redirect`, which suspends the run\. Returns `api`/)
  assert.match(sectionOf('cache.get'), /In every trigger\. Leaves no effect: it answers at once\./)
})

test('every trigger has its row: version, handlers and when it runs', () => {
  for (const { id, version, handler } of Object.values(TRIGGERS)) {
    const row = PAGE.split('\n').find(line => line.startsWith(`| \`${id}\` | ${version} | \`${handler}\``))
    assert.match(row ?? '', /\| [A-Z][^|]+\. \|$/, id)
  }
})

test('every restricted claim and every type of the event is on the page', () => {
  for (const name of RESTRICTED_CLAIMS) assert.ok(PAGE.includes(`\`${name}\``), name)
  for (const { eventType } of Object.values(TRIGGERS)) assert.ok(PAGE.includes(`export interface ${eventType} `))
  assert.doesNotMatch(PAGE, /biome-ignore/)
})
