import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnEntries } from '../../src/cli/logs/columns.ts'
import { logExportReference } from './log-export.ts'

test('every column has its row, once, in its order', () => {
  const rows = logExportReference()
    .split('\n')
    .filter(line => line.startsWith('| `'))
  assert.deepEqual(
    rows.map(row => row.split('`')[1]),
    columnEntries().map(([name]) => name),
  )
  for (const row of rows) assert.equal(row.split('|').length, 7, row)
})
