import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Paint, paintNothing, renderEvent } from './event-line.ts'

const paintVisibly: Paint = (color, text) => `<${color}>${text}</>`

test('a stranger can put anything into an event, and it stays one line that commands nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
      const hostile = `${text}\u001b]0;title\u0007\r\n\u009b2J\u202e`
      const event = {
        log_id: '900',
        date: hostile,
        type: hostile,
        description: hostile,
        user_name: hostile,
        client_name: hostile,
        ip: hostile,
        details: { experiment: { experiment_id: hostile, variation_id: value } },
      }
      assert.doesNotMatch(renderEvent(event, paintNothing), /[\p{Cc}\u202a-\u202e\u2028\u2029]/u)
      assert.doesNotMatch(renderEvent(event, paintVisibly), /[\p{Cc}\u202a-\u202e]/u)
    }),
  )
})

test('a line has a bounded length', () => {
  const long = 'x'.repeat(100_000)
  const line = renderEvent({ log_id: '900', type: long, description: long, user_name: long, ip: long }, paintNothing)
  assert.ok(line.length < 400)
})
