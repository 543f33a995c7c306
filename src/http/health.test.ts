import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startGracefulServer } from './graceful-server.ts'
import { createHealthHandler, type DatabaseState } from './health.ts'

let probes = 0
let now = 0
let probe = async (): Promise<DatabaseState> => 'ok'
const handle = createHealthHandler({
  probeDatabase: () => {
    probes += 1
    return probe()
  },
  now: () => now,
})
const server = await startGracefulServer(
  async (request, response) => {
    if (!(await handle(request, response))) response.writeHead(404).end()
  },
  { port: 0, host: '127.0.0.1' },
)
after(() => server.close(100))

const ask = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`)
const status = async (path: string) => (await ask(path)).status

/** As if nothing had been asked for a long time. */
const forget = (): void => {
  now += 60_000
}

test('both are fine while the database takes writes', async () => {
  assert.deepEqual([await status('/healthz'), await status('/readyz?x=1'), await status('/other')], [200, 200, 404])
})

const FAILURES: readonly (readonly [string, DatabaseState, () => Promise<DatabaseState>])[] = [
  ['takes no writes', 'not_writable', async () => 'not_writable'],
  ['is lost', 'lost', async () => 'lost'],
  ['cannot even be asked', 'lost', () => Promise.reject(new TypeError('gone'))],
]

for (const [what, state, failing] of FAILURES) {
  test(`a database that ${what} makes the server unready, not unhealthy, until it is back`, async () => {
    forget()
    probe = failing
    assert.equal(await status('/healthz'), 200)
    const answer = await ask('/readyz')
    assert.deepEqual([answer.status, await answer.json()], [503, { status: 'unavailable', database: state }])
    forget()
    probe = async () => 'ok'
    assert.equal(await status('/readyz'), 200)
  })
}

test('however many ask, the database is asked once in two seconds', async () => {
  forget()
  probes = 0
  await Promise.all(Array.from({ length: 50 }, () => ask('/readyz')))
  assert.equal(probes, 1)
  now += 1_999
  await status('/readyz')
  assert.equal(probes, 1)
  now += 1
  await status('/readyz')
  assert.equal(probes, 2)
})

test('a database that does not answer within a second is lost, and is not asked again before it has', async () => {
  forget()
  probes = 0
  const { promise, resolve } = Promise.withResolvers<DatabaseState>()
  probe = () => promise
  assert.equal(await status('/readyz'), 503)
  forget()
  assert.equal(await status('/readyz'), 503)
  assert.equal(probes, 1)
  resolve('ok')
  assert.equal(await status('/readyz'), 200)
})
