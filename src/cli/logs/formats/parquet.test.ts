import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet'
import { columnEntries, toRow } from '../columns.ts'
import type { LogEvent } from '../log-source.ts'
import { parquet } from './parquet.ts'

/** Added in portions of a page, as an export does. */
const encode = (events: readonly LogEvent[]): ArrayBuffer => {
  const encoder = parquet.createEncoder({ isExact: true })
  const pieces: (string | Uint8Array)[] = []
  for (let at = 0; at < events.length; at += 100) pieces.push(encoder.add(events.slice(at, at + 100)))
  pieces.push(encoder.end())
  const bytes = Buffer.concat(pieces.map(piece => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer // a copy, of no shared memory
}

const rowsOf = (metadata: FileMetaData): number[] => metadata.row_groups.map(({ num_rows }) => Number(num_rows))

const event = (n: number, more: object = {}): LogEvent => ({
  log_id: String(n).padStart(56, '0'),
  date: new Date(1_795_254_312_345 + n).toISOString(),
  type: n % 10 ? 's' : 'fp',
  user_name: n % 7 ? `user-${n}@example.com` : null,
  isMobile: n % 2 === 0,
  details: { n, experiment: { experiment_id: 'exp_1', variation_id: `var_${n % 2}`, is_control: n % 2 === 0 } },
  ...more,
})

test('the file begins and ends with its mark, also when it is empty', async () => {
  for (const events of [[], [event(1)]]) {
    const file = encode(events)
    const marks = [file.slice(0, 4), file.slice(-4)].map(bytes => Buffer.from(bytes).toString())
    assert.deepEqual(marks, ['PAR1', 'PAR1'])
    assert.equal((await parquetReadObjects({ file })).length, events.length)
  }
})

test('every cell is read back as it was, over many row groups', async () => {
  const events = Array.from({ length: 45_000 }, (_, n) => event(n))
  const file = encode(events)
  assert.deepEqual(rowsOf(parquetMetadata(file)), [20_000, 20_000, 5_000])
  const rows = await parquetReadObjects({ file })
  assert.equal(rows.length, events.length)
  for (const n of [0, 7, 19_999, 20_000, 44_999]) {
    const names = columnEntries().map(([name]) => name)
    const expected = Object.fromEntries(toRow(event(n)).map((cell, index) => [names[index], cell ?? undefined]))
    const found = Object.fromEntries(Object.entries(rows[n] ?? {}).map(([name, cell]) => [name, cell ?? undefined]))
    assert.deepEqual(found, expected)
  }
})

test('the types are in the file: text, truth values, and times in UTC', () => {
  const { schema } = parquetMetadata(encode([]))
  const byName = new Map(schema.map(element => [element.name, element]))
  assert.equal(schema.length, columnEntries().length + 1)
  assert.deepEqual(byName.get('log_id')?.logical_type, { type: 'STRING' })
  assert.equal(byName.get('log_id')?.repetition_type, 'REQUIRED')
  assert.equal(byName.get('details_experiment_is_control')?.type, 'BOOLEAN')
  const date = byName.get('date')
  assert.deepEqual([date?.type, date?.converted_type], ['INT64', 'TIMESTAMP_MILLIS'])
  assert.deepEqual(date?.logical_type, { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' })
})

test('a column that has no value in a whole group, and one that is the same everywhere, are read back', async () => {
  const rows = await parquetReadObjects({ file: encode([event(1), event(2)].map(({ log_id }) => ({ log_id }))) })
  assert.deepEqual(
    rows.map(({ log_id, type }) => [log_id, type ?? null]),
    [1, 2].map(n => [String(n).padStart(56, '0'), null]),
  )
})

test('text of any language, emoji and long documents come through', async () => {
  const user_name = `Grüße 日本語 😀 ${'x'.repeat(30_000)}`
  const rows = await parquetReadObjects({ file: encode([event(1, { user_name }), event(2, { user_name: '' })]) })
  assert.deepEqual(
    rows.map(row => row.user_name),
    [user_name, ''],
  )
})

test('a group is written when its documents are large, however few they are', () => {
  const details = { text: 'x'.repeat(30_000) }
  const file = encode(Array.from({ length: 800 }, (_, n) => event(n, { details })))
  assert.ok(rowsOf(parquetMetadata(file)).length >= 2)
})
