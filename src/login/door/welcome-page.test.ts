import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { CALLBACK, type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'

let server: LoginServer

before(async () => {
  server = await startLoginServer()
})
after(() => server?.[Symbol.asyncDispose]())

const open = (method = 'GET') => fetch(server.address, { method })

test('the address of the server leads a person on: to a login, the API and the documentation', async () => {
  const answer = await open()
  assert.equal(answer.status, 200)
  const html = await answer.text()
  assert.match(html, /<title>The server is running · dev<\/title>/)
  for (const path of ['/api/v2/openapi.json', '/.well-known/openid-configuration'])
    assert.ok(html.includes(`href="${path}"`), path)
  assert.match(html, /<code>README\.md<\/code>/)
})

test('its link begins a login of the application that the first start made', async () => {
  const [, href = ''] = /href="(\/authorize\?[^"]+)"/.exec(await (await open()).text()) ?? []
  const url = new URL(href.replaceAll('&amp;', '&'), server.address)
  assert.equal(url.searchParams.get('redirect_uri'), CALLBACK)
  const begun = await fetch(url, { redirect: 'manual' })
  assert.match(begun.headers.get('location') ?? '', /^\/u\/login\?state=/)
})

test('the page runs nothing, is not framed, and sets no cookie', async () => {
  const { headers } = await open()
  assert.match(
    headers.get('content-security-policy') ?? '',
    /^default-src 'none'; style-src 'self'; img-src [^;]+; form-action/,
  )
  assert.equal(headers.get('x-frame-options'), 'DENY')
  assert.deepEqual(headers.getSetCookie(), [])
})

test('HEAD is answered without a page, and nothing else is taken', async () => {
  const head = await open('HEAD')
  assert.deepEqual([head.status, await head.text()], [200, ''])
  assert.equal((await open('POST')).status, 405)
})

test('without an application there is no login to try', async () => {
  await using other = await startLoginServer()
  await sql`delete from clients where app_type = 'regular_web'`.execute(other.database.db)
  const html = await (await fetch(other.address)).text()
  assert.match(html, /<h1>The server is running<\/h1>/)
  assert.ok(!html.includes('Try a login'))
})
