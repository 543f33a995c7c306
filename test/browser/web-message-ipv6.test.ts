/** An application at an address of IPv6, as on a developer's machine: a policy cannot name it, and its frame gets its answer. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { after, before, test } from 'node:test'
import { insertClient } from '../../src/store/tenants/client-store.ts'
import { authorizeRequest } from '../kit/browser.ts'
import { launchProfile, noChromium } from '../kit/chromium.ts'
import { type LoginServer, startLoginServer } from '../kit/login-server.ts'

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some(address => address?.address === '::1')
const skip = noChromium || (hasIpv6 ? false : 'this machine has no ::1')

/** A page that keeps every message with its sender. */
const PAGE = `<!doctype html><title>A page</title><script>
  window.received = []
  addEventListener('message', ({ data, origin }) => received.push({ data, origin }))
</script>`

let server: LoginServer
const sites: Server[] = []

/** A site at `::1`, on a port of its own. */
const startSite = async (): Promise<string> => {
  const site = createServer((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE))
  sites.push(site)
  site.listen(0, '::1')
  await once(site, 'listening')
  // A server that listens on a port has an address.
  return `http://[::1]:${(site.address() as AddressInfo).port}/`
}

let application = ''
let stranger = ''

before(async () => {
  if (skip) return
  application = await startSite()
  stranger = await startSite()
  server = await startLoginServer()
  await insertClient(server.database.db, server.tenantId, {
    clientId: 'spa',
    name: 'Single page',
    appType: 'spa',
    sealedSecret: undefined,
    tokenEndpointAuthMethod: 'none',
    grantTypes: ['authorization_code'],
    callbacks: [application],
    allowedLogoutUrls: [],
    metadata: {},
  })
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
  for (const site of sites) site.close().closeAllConnections()
})

test('the frame of an application at an address of IPv6 gets its answer, and no other site does', {
  skip,
}, async () => {
  await using profile = await launchProfile([])
  const { url } = authorizeRequest(server.issuer, 'spa', application, {
    response_mode: 'web_message',
    prompt: 'none',
  })
  const frameIn = async (site: string) => {
    const page = await profile.context.newPage()
    await page.goto(site)
    await page.evaluate(`{ const frame = document.createElement('iframe'); frame.src = ${JSON.stringify(url.href)}
      document.body.append(frame) }`)
    return page
  }
  const page = await frameIn(application)
  await page.waitForFunction('received.length > 0', undefined, { timeout: 20_000 })
  const [received] = await page.evaluate<{ origin: string; data: { response: { error: string } } }[]>('received')
  assert.deepEqual([received?.origin, received?.data.response.error], [new URL(server.issuer).origin, 'login_required'])

  const other = await frameIn(stranger)
  await other.frameLocator('iframe').getByText('You can close this window.').waitFor({ timeout: 20_000 })
  assert.deepEqual(await other.evaluate('received'), [])
})
