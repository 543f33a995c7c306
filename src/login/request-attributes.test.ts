import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestAttributes, userAgentAttributes } from './request-attributes.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1'
const FACTS = { clientId: 'app', domain: 'localhost', ip: '8.8.8.8' }
const nowhere = () => ({})

test('device, browser and platform are read off the User-Agent header', () => {
  assert.deepEqual(userAgentAttributes(IPHONE), { device_type: 'mobile', browser: 'Safari', platform: 'iOS' })
  assert.deepEqual(
    userAgentAttributes(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36',
    ),
    { device_type: 'desktop', browser: 'Chrome', platform: 'Windows' },
  )
})

test('a bot is a bot, whatever device it claims', () => {
  assert.equal(userAgentAttributes('curl/8.5.0').device_type, 'bot')
})

test('an absent or senseless header gives no attributes that it does not have', () => {
  assert.deepEqual(userAgentAttributes(undefined), {})
  for (const header of ['', '\u0000', 'x'.repeat(100_000), '((((((((', '__proto__']) {
    for (const value of Object.values(userAgentAttributes(header))) assert.equal(typeof value, 'string')
  }
})

test('what is not known is absent, not empty', () => {
  assert.deepEqual(requestAttributes(FACTS, nowhere), { client_id: 'app', domain: 'localhost' })
})

test('a trusted header wins over the look-up of the address', () => {
  const geo = () => ({ country: 'US', region: 'US-CA' })
  assert.equal(requestAttributes(FACTS, geo).country, 'US')
  const told = requestAttributes({ ...FACTS, trustedCountry: 'DE' }, geo)
  assert.equal(told.country, 'DE')
  assert.equal(told.region, undefined, 'a region of another country is not mixed in')
})
