/** What running an Action costs: warm, cold, and in memory; and how long a neighbour of a bomb waits. */

import { execFileSync, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ActionRunner, BoundAction } from '../src/actions/contract/contract.ts'
import { loadSandboxTexts } from '../src/actions/host/pool/sandbox-text.ts'
import { createActionRunner } from '../src/actions/host/runner.ts'
import { createEgress } from '../src/base/egress.ts'
import { median, verdict } from './summary.ts'
import { TEN_LINES } from './ten-lines.ts'

const WARM_UP = 2000
const CALLS = 20_000
const BLOCK = 1000
const COLD_ROUNDS = 15
const RESIDENT = 20

/** One kilobyte, as a login's event is. */
const EVENT = {
  experiment: {
    experiment_id: 'exp_1',
    variation_id: 'var_1',
    config: { require_mfa: { value: true } },
    is_control: false,
  },
  user: { user_id: 'auth0|1', email: 'jo@example.com', user_metadata: {}, app_metadata: {}, picture: 'x'.repeat(600) },
  request: { ip: '203.0.113.7', method: 'GET', query: {}, body: {}, geoip: { countryCode: 'NL' } },
  client: { client_id: 'x'.repeat(32), name: 'App', metadata: {} },
}

const action = (id: number): BoundAction => ({
  action_id: `a${id}`,
  name: `a${id}`,
  version_id: `v${id}`,
  code: `${TEN_LINES}\n// ${id}`,
  secrets: {},
})

const egress = createEgress({ allowInsecureHttp: false, allowLocalAddresses: false })

const call = async (runner: ActionRunner, one: BoundAction): Promise<void> => {
  const { effects } = await runner.run({
    tenantId: 'bench',
    trigger: 'post-login',
    actions: [one],
    event: EVENT,
    budgetMs: 20_000,
  })
  if (effects.length !== 3) throw new TypeError('the Action did not do its work')
}

/** Microseconds of each call, in the order of the calls. */
const measureWarm = async (): Promise<readonly number[]> => {
  const runner = createActionRunner({ egress })
  const one = action(1)
  for (let n = 0; n < WARM_UP; n++) await call(runner, one)
  const times: number[] = []
  for (let n = 0; n < CALLS; n++) {
    const started = performance.now()
    await call(runner, one)
    times.push((performance.now() - started) * 1000)
  }
  await runner.close()
  return times
}

/** The same for the peer, which protects from nothing: what isolated-vm in a child costs on this machine. */
const measurePeer = async (): Promise<readonly number[]> => {
  const child = fork(fileURLToPath(new URL('bare-isolate.mjs', import.meta.url)), [TEN_LINES], {
    execArgv: ['--no-node-snapshot'],
  })
  const next = (): Promise<unknown> => new Promise(resolve => child.once('message', resolve))
  await next()
  const times: number[] = []
  for (let n = 0; n < WARM_UP + CALLS; n++) {
    const started = performance.now()
    const answered = next()
    child.send(JSON.stringify(EVENT))
    const calls: unknown = JSON.parse(String(await answered))
    if (!Array.isArray(calls) || calls.length !== 3) throw new TypeError('the Action did not do its work')
    if (n >= WARM_UP) times.push((performance.now() - started) * 1000)
  }
  child.kill()
  return times
}

/** The median of the calmest block: what the work takes when nobody else wants the two processors that it needs. */
const calmMedian = (times: readonly number[]): number =>
  Math.min(
    ...Array.from({ length: times.length / BLOCK }, (_, block) =>
      median(times.slice(block * BLOCK, (block + 1) * BLOCK)),
    ),
  )

const percentile99 = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN

/** Milliseconds from an empty process table to the first effects. */
const measureCold = async (): Promise<readonly number[]> => {
  const times: number[] = []
  for (let round = 0; round < COLD_ROUNDS; round++) {
    const started = performance.now()
    const runner = createActionRunner({ egress })
    await call(runner, action(1))
    times.push(performance.now() - started)
    await runner.close()
  }
  return times
}

const childMegabytes = (): number => {
  const pids = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter(line => line.includes('experiment-center-actions'))
    .map(line => line.trim().split(/\s+/)[0])
  const kilobytes = pids.map(pid => {
    const text = execFileSync('cat', [`/proc/${pid}/smaps_rollup`], { encoding: 'utf8' })
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0)
  })
  return kilobytes.reduce((sum, value) => sum + value, 0) / 1024
}

/** Megabytes of every child, the spare one included, with the Actions resident and used. */
const measureResident = async (): Promise<number> => {
  const runner = createActionRunner({ egress })
  for (let round = 0; round < 20; round++) {
    for (let id = 0; id < RESIDENT; id++) await call(runner, action(id))
  }
  const megabytes = childMegabytes()
  await runner.close()
  return megabytes
}

/** The longest that a quick Action waited while another one of the same child looped, in milliseconds. */
const measureNeighbour = async (): Promise<number> => {
  const runner = createActionRunner({ egress })
  const one = action(1)
  for (let n = 0; n < 50; n++) await call(runner, one)
  const loop = { ...action(2), code: 'exports.onExecutePostLogin = async () => { for (;;); }' }
  let isLooping = true
  const looping = runner
    .run({ tenantId: 'bad', trigger: 'post-login', actions: [loop], event: EVENT, budgetMs: 5000 })
    .finally(() => {
      isLooping = false
    })
  let longest = 0
  while (isLooping) {
    const started = performance.now()
    await call(runner, one)
    longest = Math.max(longest, performance.now() - started)
  }
  await looping
  await runner.close()
  return longest
}

/** Prints each figure with its bound. */
export const run = async (): Promise<void> => {
  await loadSandboxTexts()
  const peer = calmMedian(await measurePeer())
  const warm = await measureWarm()
  const p50 = calmMedian(warm)
  const p99 = percentile99(warm)
  const coldTimes = (await measureCold()).toSorted((a, b) => a - b)
  const cold = median(coldTimes.slice(0, Math.ceil(COLD_ROUNDS / 4)))
  const resident = await measureResident()
  const neighbour = await measureNeighbour()
  console.log(
    verdict('warm Action of ten lines, median of the calmest 1000', `${p50.toFixed(0)} µs`, '≤ 150 µs', p50 <= 150),
  )
  console.log(
    `      the same in a bare isolate that protects from nothing: ${peer.toFixed(0)} µs, ${(p50 / peer).toFixed(2)} × of it here`,
  )
  console.log(verdict('warm Action of ten lines, 99th percentile', `${p99.toFixed(0)} µs`, '≤ 1000 µs', p99 <= 1000))
  console.log(
    verdict('cold Action, its child included, calmest quarter', `${cold.toFixed(0)} ms`, '≤ 100 ms', cold <= 100),
  )
  console.log(
    verdict(`memory of all children, ${RESIDENT} Actions`, `${resident.toFixed(0)} MB`, '≤ 200 MB', resident <= 200),
  )
  console.log(verdict('longest wait beside an endless loop', `${neighbour.toFixed(1)} ms`, '< 50 ms', neighbour < 50))
  egress.close()
}
