import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionsRuntimeReference } from './actions-runtime.ts'

test('the reference of the runtime names globals, modules, what is missing, and limits with their units', () => {
  const text = actionsRuntimeReference()
  for (const line of [
    '| `Blob`, `File`, `FormData` | In memory. |',
    '| `fs` | there are no files; keep data in event.secrets, in api.cache or behind fetch |',
    '| 1,000,000 bytes | of the body of a request |',
    '| 20,000 ms | for all Actions of a trigger together, waiting included |',
  ]) {
    assert.ok(text.includes(line), line)
  }
  assert.doesNotMatch(text, /undefined|NaN/)
})
