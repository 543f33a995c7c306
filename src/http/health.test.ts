import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startGracefulServer } from './graceful-server.ts'
import { createHealthHandler } from './health.ts'

let ping = async (): Promise<unknown> => 1
const handle = createHealthHandler({ pingDatabase: () => ping() })
const server = await startGracefulServer(
  async (request, response) => {
    if (!(await handle(request, response))) response.writeHead(404).end()
  },
  { port: 0, host: '127.0.0.1' },
)
after(() => server.close(100))

const status = async (path: string) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).status

test('both are fine while the database answers', async () => {
  assert.deepEqual([await status('/healthz'), await status('/readyz?x=1'), await status('/other')], [200, 200, 404])
})

test('a database that fails, or does not answer within a second, makes the server unready but not unhealthy', async () => {
  ping = async () => {
    throw new TypeError('gone')
  }
  assert.deepEqual([await status('/healthz'), await status('/readyz')], [200, 503])
  ping = () => new Promise(() => {})
  assert.equal(await status('/readyz'), 503)
})
