import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Item } from '../sinks/sink.ts'
import { toBatches } from './batches.ts'

const item = (bytes: number, index: number): Item => ({ logId: String(index), type: 's', text: '', bytes })

test('batches hold every item once, in order, within both limits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50)),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 100 }),
      (sizes, maxEvents, maxBytes) => {
        const items = sizes.map(item)
        const batches = toBatches(items, { maxEvents, maxBytes })
        assert.deepEqual(batches.flat(), items)
        for (const batch of batches) {
          assert.ok(batch.length >= 1 && batch.length <= maxEvents)
          const bytes = batch.reduce((sum, { bytes }) => sum + bytes, 0)
          assert.ok(batch.length === 1 || bytes <= maxBytes)
        }
      },
    ),
  )
})

test('no batch is cut earlier than it must be', () => {
  const batches = toBatches([10, 10, 10, 10].map(item), { maxEvents: 100, maxBytes: 36 })
  assert.deepEqual(
    batches.map(batch => batch.length),
    [3, 1],
  )
})
