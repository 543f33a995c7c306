/** What an operator decides about Actions: which servers of their network they reach, and when the sandbox is there. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startActionsTenant } from './kit/actions-tenant.ts'
import { settingsToJoin, startTestServer } from './kit/server.ts'

const listen = async (): Promise<string> => {
  const server = createServer((_request, response) => response.end('reached'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  after(() => server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server has such an address
}

const [allowed, other] = [await listen(), await listen()]

const tenant = await startActionsTenant({ ACTIONS_ALLOWED_HOSTS: `crm.internal:8080,${allowed}` })
after(() => tenant.close())

const childrenOf = (pid: number): number =>
  execFileSync('ps', ['-eo', 'ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter(line => Number.parseInt(line, 10) === pid && line.includes('experiment-center-actions')).length

test('an Action reaches a private server that the operator has listed, and no other', async () => {
  await tenant.bind(
    'post-login',
    `exports.onExecutePostLogin = async (event, api) => {
      const answers = []
      for (const host of ${JSON.stringify([allowed, other])}) {
        answers.push(await fetch('http://' + host).then(r => r.text(), e => e.message))
      }
      api.idToken.setCustomClaim('https://example.com/answers', answers)
    }`,
  )
  const { idToken } = await tenant.logIn(tenant.browser())
  assert.deepEqual(idToken['https://example.com/answers'], [
    'reached',
    'fetch failed: the address is not on the public internet; ACTIONS_ALLOWED_HOSTS can permit it',
  ])
})

test('a server that starts with bound Actions has a sandbox before the first login', async () => {
  const server = await startTestServer(settingsToJoin(tenant.server))
  try {
    for (let attempt = 0; attempt < 100 && childrenOf(server.process.pid) === 0; attempt++) await delay(50)
    assert.ok(childrenOf(server.process.pid) > 0)
  } finally {
    await server.close()
  }
})

test('a server without bound Actions starts no sandbox', async () => {
  const server = await startTestServer()
  try {
    await delay(500)
    assert.equal(childrenOf(server.process.pid), 0)
  } finally {
    await server.close()
  }
})
