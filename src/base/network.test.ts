import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf, toCidr } from './network.ts'

test('an IPv4 address stands for itself', () => {
  assert.equal(networkOf('203.0.113.7'), '203.0.113.7')
  assert.equal(networkOf(''), '')
})

test('an IPv6 address stands for its /64, however it is written', () => {
  for (const ip of [
    '2001:db8:0:1::1',
    '2001:DB8::1:ffff:0:0:2',
    '2001:0db8:0000:0001:1:2:3:4',
    '2001:db8:0:1::%eth0',
  ]) {
    assert.equal(networkOf(ip), '2001:db8:0:1', ip)
  }
  assert.equal(networkOf('::1'), '0:0:0:0')
  assert.notEqual(networkOf('2001:db8:0:2::1'), '2001:db8:0:1')
})

test('a network is written as it is known', () => {
  assert.equal(toCidr(networkOf('203.0.113.7')), '203.0.113.7')
  assert.equal(toCidr(networkOf('2001:db8:0:1::9')), '2001:db8:0:1::/64')
})
