import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pgHbaConf, pgIdentConf, postgresConf } from './postgres-configuration.ts'

test('data survives a power failure, and nothing listens on the network', () => {
  for (const line of [
    "fsync = 'on'",
    "full_page_writes = 'on'",
    "synchronous_commit = 'on'",
    "listen_addresses = ''",
  ]) {
    assert.ok(postgresConf().split('\n').includes(line), line)
  }
})

test('there is one way in: the role of the server, from the account of the server', () => {
  const rules = (text: string) => text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  assert.deepEqual(rules(pgHbaConf()), ['local all experiment_center peer map=server'])
  assert.deepEqual(rules(pgIdentConf('root')), ['server "root" experiment_center'])
})
