/** `demo`: a whole experiment in less than a minute — tutorial, 1,000 devices, and the numbers from the log. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ApiClient, createApiClient } from '../client/api-client.ts'
import { mapBounded } from '../client/bounded.ts'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'
import type { Command } from '../terminal/command.ts'
import { explainFlags, type Flags, HELP_FLAGS, readFlags } from '../terminal/flags.ts'
import { interruptible } from '../terminal/interruptible.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { deviceUserAgent } from './devices.ts'
import { answerEnrollment } from './enrollment-page.ts'
import { playEnrollmentRamp } from './enrollment-ramp.ts'
import { bindPostLogin } from './passkey-action.ts'
import { playPasskeyRollout, type Rollout } from './passkey-rollout.ts'
import { rampProblems } from './ramp-report.ts'
import { newestLogId, readLogsAfter } from './read-logs.ts'
import { type DemoReport, problemsOf, renderTable, summarize } from './report.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { createSimulatedBrowser, type RelyingParty, type SimulatedBrowser } from './simulated-browser.ts'

const DEFAULT_DEVICES = 1000
/** Every n-th device comes back for a second login. */
const RETURNING = 10
const USERS = 50
/** How many of the devices take part in the second half. */
const COMING_BACK = 200
const AT_ONCE = 12

interface Credentials {
  readonly issuer: string
  readonly management: { readonly client_id: string; readonly client_secret: string }
  readonly app: { readonly client_id: string; readonly client_secret: string; readonly callbacks: readonly string[] }
}

interface DemoUser {
  readonly email: string
  readonly password: string
}

const nonce = (): string => randomBytes(32).toString('base64url')

const say = (line: string): void => console.log(line)

const readCredentials = (dataDir: string): Credentials =>
  JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as Credentials // the server wrote it a moment ago

const relyingParty = ({ issuer, app }: Credentials): RelyingParty => ({
  issuer,
  clientId: app.client_id,
  clientSecret: app.client_secret,
  redirectUri: app.callbacks[0] ?? '',
})

/** Three persons in five create a passkey when they are asked. */
const enrols = (index: number): boolean => index % 5 < 3

const newDevice = (party: RelyingParty, index: number): SimulatedBrowser =>
  createSimulatedBrowser(party, { 'user-agent': deviceUserAgent(index) }, nonce, page =>
    answerEnrollment(page, enrols(index % USERS)),
  )

const signUpUsers = async (party: RelyingParty, run: string): Promise<DemoUser[]> => {
  const users = Array.from({ length: USERS }, (_, i) => ({ email: `ada-${run}-${i}@example.com`, password: nonce() }))
  await mapBounded(users, AT_ONCE, (user, i) => newDevice(party, i).signUp(user.email, user.password))
  return users
}

type LogIn = () => Promise<unknown>

/** Devices that have never been here; each belongs to one of the persons, who have several. */
const createDevices = (party: RelyingParty, users: readonly DemoUser[], count: number): LogIn[] =>
  Array.from({ length: count }, (_, index) => {
    const device = newDevice(party, index)
    const { email, password } = users[index % users.length] ?? { email: '', password: '' }
    return () => device.logIn(email, password)
  })

interface LoginRun {
  readonly logins: number
  readonly elapsedMs: number
}

const logInEveryDevice = async (devices: readonly LogIn[]): Promise<LoginRun> => {
  const logins = devices.length + Math.ceil(devices.length / RETURNING)
  const bar = createProgressBar('  logins', logins, process.stdout, () => performance.now())
  const started = performance.now()
  await mapBounded(devices, AT_ONCE, async (logIn, index) => {
    for (let visit = 0; visit <= (index % RETURNING === 0 ? 1 : 0); visit += 1) {
      await logIn()
      bar.advance()
    }
  })
  bar.finish()
  return { logins, elapsedMs: performance.now() - started }
}

const report = async (
  api: ApiClient,
  from: string | undefined,
  rollout: Rollout,
  run: LoginRun,
): Promise<DemoReport> => {
  const result = summarize(await readLogsAfter(api, from), rollout.experimentId, [
    { variation_id: rollout.control, name: 'control', weight: 90 },
    { variation_id: rollout.treatment, name: 'treatment', weight: 10 },
  ])
  say('\nWhat GET /api/v2/logs says of them:\n')
  say(renderTable(result.rows))
  say(`\n  devices that switched variation   ${result.switchedDevices}`)
  say(`  logins                            ${result.logins} in ${(run.elapsedMs / 1000).toFixed(1)} s`)
  say(`  logins per second                 ${Math.round((run.logins * 1000) / run.elapsedMs)}`)
  say(
    `\nOne login's details.experiment:\n\n  ${JSON.stringify(result.sample?.details?.experiment, null, 2)?.replaceAll('\n', '\n  ')}`,
  )
  return result
}

const play = async (server: ServerProcess, dataDir: string, deviceCount: number): Promise<readonly string[]> => {
  const run = nonce()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 6)
  const credentials = readCredentials(dataDir)
  const party = relyingParty({ ...credentials, issuer: server.issuer })
  const { client_id: clientId, client_secret: clientSecret } = credentials.management
  const api = createApiClient(
    { url: server.issuer, clientId, clientSecret },
    { signal: new AbortController().signal, patienceMs: 0 },
  )
  await bindPostLogin(api, []) // an earlier run on the same data has bound its own
  say('\nThe passkey-rollout tutorial, steps 1 to 5:\n')
  const rollout = await playPasskeyRollout(api, run, step => say(`  ${step}`))
  say(
    `\n${deviceCount} devices log in through /authorize, the hosted page and /oauth/token; every ${RETURNING}th comes back:\n`,
  )
  const devices = createDevices(party, await signUpUsers(party, run), deviceCount)
  const from = await newestLogId(api)
  const logins = await logInEveryDevice(devices)
  const result = await report(api, from, rollout, logins)
  const coming = devices.slice(0, COMING_BACK)
  const ramp = { api, issuer: server.issuer, run, rollout, devices: coming, atOnce: AT_ONCE, say }
  return [
    ...problemsOf(result, { logins: logins.logins, devices: deviceCount }),
    ...rampProblems(await playEnrollmentRamp(ramp), { devices: coming.length }),
  ]
}

const FLAGS = {
  devices: { takes: 'N', doc: `how many devices log in (default ${DEFAULT_DEVICES})` },
  exit: { doc: 'end after the tables, also in a terminal, where the server would stay to be looked at' },
} as const satisfies Flags

const readOptions = (args: readonly string[]): { readonly exit: boolean; readonly devices: number } => {
  const { devices = String(DEFAULT_DEVICES), exit = false } = readFlags(FLAGS, args)
  if (!/^[1-9]\d{0,5}$/.test(devices)) {
    throw new CliFailure('--devices must be a whole number from 1 to 999999.', EXIT.usage)
  }
  return { exit, devices: Number(devices) }
}

const help = (): string =>
  `Usage: experiment-center demo [options]

  plays the passkey-rollout tutorial on a server of its own, and prints what the log says of the logins

${explainFlags({ ...FLAGS, ...HELP_FLAGS })}

Its data are in DATA_DIR, by default ./data/demo; the other settings of the server are taken from the environment.
Exit codes: 0 every number is as it must be; 1 one is not, or the server cannot start; 2 the arguments cannot be
understood; 130 interrupted.`

/** Leaves the server to the person who watches, until they have seen enough. */
const linger = async (server: ServerProcess, dataDir: string, signal: AbortSignal): Promise<void> => {
  const credentials = join(dataDir, 'credentials.json')
  say(`\nThe server keeps running at ${server.issuer} (credentials: ${credentials}). Ctrl-C stops it.`)
  if (!signal.aborted) await Promise.race([once(signal, 'abort'), server.ended])
}

/**
 * Runs the demo on its own data (`DATA_DIR`, by default `./data/demo`).
 *
 * @param args `--exit` ends after the table even in a terminal; `--devices N` sends as many instead of 1,000
 * @returns the exit code: 1 with the reasons printed when a number is not what it must be
 */
const run = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> => {
  const { exit, devices } = readOptions(args)
  const dataDir = environment.DATA_DIR ?? 'data/demo'
  return await interruptible(async signal => {
    try {
      await using server = await startServerProcess({ ...environment, DATA_DIR: dataDir }, signal)
      say(
        `${server.readyLine}\n\nThis takes less than a minute with 1,000 devices, on two processors that have nothing else to do.`,
      )
      const problems = await play(server, dataDir, devices)
      for (const problem of problems) console.error(`\nThe demo failed: ${problem}`)
      if (problems.length === 0 && process.stdout.isTTY && !exit) await linger(server, dataDir, signal)
      return problems.length === 0 ? EXIT.ok : EXIT.failure
    } catch (error) {
      if (signal.aborted) return EXIT.interrupted // the server has stopped, and what needed it fails
      throw error
    }
  })
}

export const demo: Command = { summary: 'play the tutorial with 1,000 simulated devices', help, run }
