import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Browser, createBrowser, hiddenFields } from '../../../test/kit/browser.ts'
import { type LoginServer, startLoginServer } from '../../../test/kit/login-server.ts'
import { ADMIN, createRelyingParty, isCallback, type RelyingParty } from '../../../test/kit/relying-party.ts'

let server: LoginServer
let party: RelyingParty

before(async () => {
  server = await startLoginServer()
  party = createRelyingParty(server)
})

after(() => server?.[Symbol.asyncDispose]())

/** The address at which the login of this browser goes on, with the password given and nothing of it followed. */
const passwordGiven = async (browser: Browser): Promise<URL> => {
  const page = await browser.visit(party.authorize().url)
  const answer = await browser.request(page.url, { form: { ...hiddenFields(page.body), ...ADMIN } })
  const location = new URL(answer.headers.get('location') ?? '', server.issuer)
  assert.match(location.pathname, /^\/authorize\/[\w-]+$/)
  return location
}

const idOf = ({ pathname }: URL): string => pathname.split('/').at(-1) ?? ''

test('a login is not continued in another browser, with a cookie that names it or without', async () => {
  const attacker = createBrowser(server.issuer)
  const address = await passwordGiven(attacker)
  const victim = createBrowser(server.issuer)
  await victim.visit(party.authorize().url)
  const own = victim.jar.header('/')
  assert.match(own, /ec_browser=/)
  server.takeEvents()
  for (const cookie of [own, `${own}; ec_resume=${idOf(address)}`, `ec_resume=${idOf(address)}`]) {
    const answer = await createBrowser(server.issuer, { cookie }).request(address)
    assert.equal(answer.status, 400, cookie)
    assert.match(answer.body, /This page has expired/)
    assert.deepEqual([answer.headers.get('location'), answer.headers.getSetCookie()], [null, []])
  }
  assert.deepEqual(server.takeEvents(), [], 'and it is in no log')
  assert.ok(isCallback(await attacker.visit(address)), 'it still waits for its own browser')
})
