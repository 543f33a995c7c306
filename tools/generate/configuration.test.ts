import assert from 'node:assert/strict'
import { test } from 'node:test'
import { optionEntries } from '../../src/config/options.ts'
import { configurationReference } from './configuration.ts'

test('every setting has its row, once', () => {
  const rows = configurationReference()
    .split('\n')
    .filter(line => line.startsWith('| `'))
  assert.deepEqual(
    rows.map(row => row.split('`')[1]),
    optionEntries().map(([, option]) => option.variable),
  )
  for (const row of rows) assert.equal(row.split(' | ').length, 4, row)
})
