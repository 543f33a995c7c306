import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toTenantId } from '../../model/ids.ts'
import { decodeCursor, toPage } from './cursor.ts'

const list = { tenantId: toTenantId('dev'), name: 'segments' }
const rows = [1, 2, 3].map(n => ({ id: `seg_${n}`, createdAt: new Date(n) }))
const read = { position: (row: (typeof rows)[number]) => row, item: (row: (typeof rows)[number]) => row.id }

test('a surplus row becomes the cursor to the page that begins with it', () => {
  const page = toPage(list, rows, 2, read)
  assert.deepEqual(page.items, ['seg_1', 'seg_2'])
  assert.deepEqual(decodeCursor(list, page.next ?? ''), { id: 'seg_2', createdAt: new Date(2) })
})

test('the last page has no cursor, and neither has an empty one', () => {
  assert.deepEqual(toPage(list, rows, 3, read), { items: ['seg_1', 'seg_2', 'seg_3'] })
  assert.deepEqual(toPage(list, [], 3, read), { items: [] })
})

test('a cursor is refused by another list, by another tenant, and after any change of a character', () => {
  const { next = '' } = toPage(list, rows, 2, read)
  const refuse = (where: typeof list, cursor: string) =>
    assert.throws(() => decodeCursor(where, cursor), { code: 'invalid_cursor' }, cursor)
  refuse({ ...list, name: 'experiments' }, next)
  refuse({ ...list, tenantId: toTenantId('other') }, next)
  const text = Buffer.from(next, 'base64url').toString()
  for (let i = 0; i < text.length; i++) {
    const changed = `${text.slice(0, i)}${text[i] === '1' ? '2' : '1'}${text.slice(i + 1)}`
    refuse(list, Buffer.from(changed).toString('base64url'))
  }
})
