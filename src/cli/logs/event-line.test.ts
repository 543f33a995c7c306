import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paintAnsi, paintNothing, renderEvent } from './event-line.ts'

const EVENT = {
  log_id: '900',
  date: '2026-11-21T09:45:12.345Z',
  type: 's',
  description: 'Successful login',
  user_name: 'ada@example.com',
  user_id: 'auth0|1',
  client_name: 'Shop',
  ip: '203.0.113.7',
  details: { experiment: { experiment_id: 'exp_1', variation_id: 'var_2', is_control: true } },
}

test('a line says when, what, who, from where and in which variation', () => {
  assert.equal(
    renderEvent(EVENT, paintNothing),
    '2026-11-21 09:45:12.345  s       Successful login  ada@example.com  Shop 203.0.113.7  exp_1 → var_2 (control)',
  )
})

test('what an event does not have is left out', () => {
  assert.equal(renderEvent({ log_id: '900', type: 'sapi' }, paintNothing), `-${' '.repeat(22)}  sapi  `)
  assert.equal(
    renderEvent({ log_id: '900', date: 7, type: null, user_id: 'auth0|1' }, paintAnsi).includes('auth0|1'),
    true,
  )
})

test('failures are red, successes green, warnings yellow', () => {
  const colorOf = (type: string): string | undefined => {
    const used: string[] = []
    renderEvent({ log_id: '900', type }, (color, text) => {
      used.push(color)
      return text
    })
    return used[1]
  }
  const types = ['fp', 's', 'w', 'limit_wc', 'pwd_leak', 'gd_auth_failed']
  assert.deepEqual(types.map(colorOf), ['red', 'green', 'yellow', 'yellow', 'gray', 'yellow'])
})

test('colours are the codes of ANSI terminals, and end with what they colour', () => {
  assert.equal(paintAnsi('red', 'fp'), '\u001b[31mfp\u001b[39m')
})
