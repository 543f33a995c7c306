import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { columnEntries } from '../columns.ts'
import { csv } from './csv.ts'

/** A reader of RFC 4180, written from its grammar: the oracle of this file. */
const parse = (text: string): string[][] => {
  const rows: string[][] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  for (let row: string[] = [], found = field.exec(text); found; found = field.exec(text)) {
    row.push(found[1] === undefined ? (found[2] ?? '') : found[1].replaceAll('""', '"'))
    if (found[3] === ',') continue
    rows.push(row)
    row = []
    if (field.lastIndex === text.length) return rows
  }
  return assert.fail('the text is not CSV')
}

const encode = (events: readonly object[], isExact = true): string => {
  const encoder = csv.createEncoder({ isExact })
  return `${encoder.add(events.map((event, n) => ({ log_id: String(n), ...event })))}${encoder.end()}`
}

const column = (name: string): number => columnEntries().findIndex(([found]) => found === name)

test('the header comes first, once, also when there are no events', () => {
  const names = columnEntries().map(([name]) => name)
  assert.equal(encode([]), `${names.join(',')}\r\n`)
  const encoder = csv.createEncoder({ isExact: true })
  const text = [encoder.add([{ log_id: '1' }]), encoder.add([{ log_id: '2' }]), encoder.end()].join('')
  assert.deepEqual(parse(text)[0], names)
  assert.equal(parse(text).length, 3)
})

test('a reader of CSV gets any text of a field back', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), texts => {
      const rows = parse(encode(texts.map(user_name => ({ user_name })))).slice(1)
      assert.deepEqual(
        rows.map(row => row[column('user_name')]),
        texts,
      )
    }),
  )
})

test('null is nothing and the empty text is quoted; borders, quotes and breaks are quoted', () => {
  const line = (user_name: unknown) => encode([{ user_name }]).split('user_name')[1]?.split('\r\n').slice(1).join('|')
  assert.match(line(null) ?? '', /^0,{13},/)
  assert.match(line('') ?? '', /,"",/)
  assert.match(line('a "b", c') ?? '', /,"a ""b"", c",/)
})

test('times and truth values are written plainly', () => {
  const [, row = []] = parse(encode([{ date: '2026-11-21T09:45:12.345Z', isMobile: false }]))
  assert.deepEqual([row[column('date')], row[column('is_mobile')]], ['2026-11-21T09:45:12.345Z', 'false'])
})

test('a cell that a spreadsheet would run is marked as text, unless the export is to be exact', () => {
  for (const user_agent of ['=cmd|x', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1']) {
    assert.equal(parse(encode([{ user_agent }], false))[1]?.[column('user_agent')], `'${user_agent}`)
    assert.equal(parse(encode([{ user_agent }]))[1]?.[column('user_agent')], user_agent)
  }
  assert.equal(parse(encode([{ user_agent: 'a=1' }], false))[1]?.[column('user_agent')], 'a=1')
})
