import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogDatabase, DEV, type MadeUpFields, numbered } from '../../../test/kit/tenant-log.ts'
import type { JsonObject } from '../../base/json.ts'
import { systemRandom } from '../../base/random.ts'
import { findLog } from '../../store/logs/log-store.ts'
import { createTenantLog } from './record.ts'

const nested = (depth: number): JsonObject => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)

const HOSTILE: Record<string, MadeUpFields> = {
  'NUL bytes': { user_id: 'a\0b', user_agent: '\0', details: { '\0': '\0' } },
  'lone surrogates': { user_name: '\ud800', details: { '\udfff': ['\udbff'] } },
  'escapes that only look dangerous': { details: { text: '\\u0000 \\ud800 \\\\u0000' } },
  'deep structures in a short text': { details: { list: JSON.parse('['.repeat(1_900) + ']'.repeat(1_900)) } },
  'deep structures in a long text': { details: nested(5_000) },
  'ten megabytes': { details: { body: '\u0001'.repeat(10_000_000) } },
  'numbers at the edge': { details: { a: Number.MAX_VALUE, b: Number.MIN_VALUE, c: -0, d: Number.POSITIVE_INFINITY } },
  'keys of the prototype': { details: JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}') },
  'SQL in every place': { user_id: "'; drop table logs; --", details: { "'": '$1 {x} {a,b}' } },
}

test('an event is written and can be read back with any text that a client puts into it', async t => {
  const database = await createLogDatabase()
  try {
    const log = createTenantLog({ db: database.db, random: systemRandom })
    for (const [name, fields] of Object.entries(HOSTILE)) {
      await t.test(name, async () => {
        const id = await log.record(numbered(1, fields))
        const document = await findLog(database.db, DEV, id)
        assert.equal(document?.log_id, id)
        assert.ok(JSON.stringify(document).length < 40_000)
      })
    }
  } finally {
    await database.close()
  }
})
