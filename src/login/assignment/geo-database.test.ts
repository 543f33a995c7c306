import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openGeoDatabase } from './geo-database.ts'

const geo = await openGeoDatabase()

test('a public address has a country, in both families', () => {
  assert.deepEqual(geo('8.8.8.8'), { country: 'US' })
  assert.equal(typeof geo('2001:4860:4860::8888').country, 'string')
})

test('loopback, private and malformed addresses have none', () => {
  for (const ip of ['127.0.0.1', '10.0.0.1', '::1', '', 'not an address', '::ffff:127.0.0.1'])
    assert.deepEqual(geo(ip), {}, ip)
})
