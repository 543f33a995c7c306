import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { createSimulatedBrowser } from './simulated-browser.ts'

/** A server with these answers, one after the other. */
const serverWith = async (answers: readonly (readonly [status: number, retryAfter?: string])[]) => {
  let asked = 0
  const server = createServer((_, response) => {
    const [status = 200, retryAfter] = answers[asked++] ?? []
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('<html>')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
  const party = { issuer, clientId: 'a', clientSecret: 'b', redirectUri: 'http://127.0.0.1:9/callback' }
  return {
    browser: createSimulatedBrowser(party, {}, () => 'n'.repeat(43)),
    page: new URL('authorize', issuer),
    asked: () => asked,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

test('a page that says when to come back is opened again then', async () => {
  await using server = await serverWith([[429, '1'], [429, '1'], [200]])
  assert.equal((await server.browser.open(server.page)).html, '<html>')
  assert.equal(server.asked(), 3)
})

test('a page that does not say when, or only in an hour, is a failure', async () => {
  await using server = await serverWith([[429], [429, '3600']])
  for (let i = 0; i < 2; i += 1)
    await assert.rejects(server.browser.open(server.page), { message: /^\/authorize answered 429/ })
})

test('a form that is refused is not sent again', async () => {
  await using server = await serverWith([[200], [429, '1'], [200]])
  const page = await server.browser.open(server.page)
  await assert.rejects(server.browser.submit(page, {}), { message: /answered 429/ })
  assert.equal(server.asked(), 2)
})
