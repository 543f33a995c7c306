/** `kill -9` in the middle of logins, ten times: every login that was answered is in the log after the restart. */

import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { after, test } from 'node:test'
import { readLogsAfter } from '../src/cli/demo/read-logs.ts'
import { type ServerProcess, startServerProcess } from '../src/cli/demo/server-process.ts'
import { createSimulatedBrowser } from '../src/cli/demo/simulated-browser.ts'
import { createExperiment } from './kit/experiment.ts'
import {
  apiClientOf,
  type Credentials,
  freePort,
  readCredentials,
  serverEnvironment,
  temporaryDirectory,
} from './kit/server.ts'

const ROUNDS = 10
const DEVICES_AT_ONCE = 4

const dataDir = temporaryDirectory()
let server: ServerProcess | undefined

after(async () => {
  await server?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

/**
 * Logs in until the server dies; returns the names of the devices whose login was answered with tokens.
 *
 * @param onAnswered told how many there are, while other logins are under way
 */
const logInUntilKilled = async (
  issuer: string,
  credentials: Credentials,
  onAnswered: (count: number) => void,
): Promise<string[]> => {
  const answered: string[] = []
  const party = {
    issuer,
    clientId: credentials.app.client_id,
    clientSecret: credentials.app.client_secret,
    redirectUri: credentials.app.callbacks[0] ?? '',
  }
  const device = async (): Promise<void> => {
    for (;;) {
      const name = `Mozilla/5.0 (${randomBytes(8).toString('hex')})`
      const browser = createSimulatedBrowser(party, { 'user-agent': name }, () => randomBytes(32).toString('base64url'))
      try {
        await browser.logIn(credentials.admin.email, credentials.admin.password)
      } catch {
        return // the server is gone
      }
      answered.push(name)
      onAnswered(answered.length)
    }
  }
  await Promise.all(Array.from({ length: DEVICES_AT_ONCE }, device))
  return answered
}

test('ten kills lose no answered login', { timeout: 600_000 }, async () => {
  const environment = serverEnvironment({ DATA_DIR: dataDir, PORT: String(await freePort()) })
  const answered: string[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    server = await startServerProcess(environment)
    const credentials = readCredentials(dataDir)
    const api = apiClientOf(server.issuer, credentials)
    if (round === 0) await createExperiment(api)
    const events = await readLogsAfter(api, undefined)
    const transactions = new Map(
      events.filter(event => event.type === 's').map(event => [event.user_agent, event.details?.transaction_id]),
    )
    const exchanged = new Set(
      events.filter(event => event.type === 'seacft').map(event => event.details?.transaction_id),
    )
    for (const name of answered) {
      assert.ok(transactions.has(name), `a login is missing after kill ${round}`)
      assert.ok(exchanged.has(transactions.get(name)), `a token exchange is missing after kill ${round}`)
    }
    if (round === ROUNDS) break
    const { pid, ended } = server
    const enough = randomInt(1, 12)
    const logins = logInUntilKilled(server.issuer, credentials, count => {
      if (count === enough) process.kill(pid, 'SIGKILL')
    })
    await ended
    answered.push(...(await logins))
  }
  assert.ok(answered.length >= ROUNDS, `only ${answered.length} logins were answered in all`)
})
