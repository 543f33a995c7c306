import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AddressKind, addressKind } from './address-kind.ts'

const CASES: Record<AddressKind, readonly string[]> = {
  public: ['8.8.8.8', '172.32.0.1', '100.128.0.1', '223.255.255.255', '2606:4700::1111', '2a00:1450::200e'],
  local: ['127.0.0.1', '127.255.0.3', '10.1.2.3', '172.31.255.255', '192.168.0.1', '100.64.0.1', '::1', 'fd12::1'],
  never: [
    '0.0.0.0',
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    'fd00:ec2::254',
    'fd20:ce::254',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '2002:7f00:1::1',
    '2001:db8::1',
    '64:ff9b::7f00:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '0:0:0:0:0:ffff:8.8.8.8',
    '0:0:0:0:0:ffff:127.0.0.1',
    '::127.0.0.1',
    'localhost',
    '',
  ],
}

for (const [kind, addresses] of Object.entries(CASES)) {
  for (const address of addresses) {
    test(`${address || 'nothing'} is ${kind}`, () => assert.equal(addressKind(address), kind))
  }
}
