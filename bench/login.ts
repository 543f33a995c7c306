/** What an active experiment adds to a full login: the same server, the same browser code, blocks in turn. */

import { randomBytes } from 'node:crypto'
import { createExperiment } from '../test/kit/experiment.ts'
import { startTestServer, type TestServer } from '../test/kit/server.ts'
import { median, spreadPercent, verdict } from './summary.ts'

const BLOCKS = 24
const LOGINS_PER_BLOCK = 25
const WARM_UP = 100
const AIM = 1.03

const logIn = (server: TestServer): Promise<unknown> => {
  const { email, password } = server.credentials.admin
  return server.browser({ 'user-agent': `Mozilla/5.0 (${randomBytes(4).toString('hex')})` }).logIn(email, password)
}

/** Milliseconds per login of one block, one after the other: latency, not throughput. */
const timeBlock = async (server: TestServer): Promise<number> => {
  const started = performance.now()
  for (let i = 0; i < LOGINS_PER_BLOCK; i += 1) await logIn(server)
  return (performance.now() - started) / LOGINS_PER_BLOCK
}

/**
 * Pairs of blocks, with the experiment active and paused, the order turned around in every second pair; the ratio is
 * the median over pairs, so that a slow drift of the machine cancels out.
 */
export const run = async (): Promise<void> => {
  const server = await startTestServer()
  try {
    const api = await server.api()
    const { experiment } = await createExperiment(api)
    const set = (status: string) => api.call('POST', `experimentation/experiments/${experiment}/status`, { status })
    for (let i = 0; i < WARM_UP; i += 1) await logIn(server)
    await set('paused')
    const ratios: number[] = []
    const times = { with: [] as number[], without: [] as number[] }
    for (let pair = 0; pair < BLOCKS; pair += 1) {
      const measure = async (active: boolean): Promise<number> => {
        if (active) await set('active')
        const time = await timeBlock(server)
        if (active) await set('paused')
        times[active ? 'with' : 'without'].push(time)
        return time
      }
      const first = pair % 2 === 0
      const [a, b] = [await measure(first), await measure(!first)]
      ratios.push(first ? a / b : b / a)
    }
    const ratio = median(ratios)
    console.log(
      `  without an experiment  ${median(times.without).toFixed(2)} ms per login (±${spreadPercent(times.without).toFixed(1)} %)`,
    )
    console.log(
      `  with one active        ${median(times.with).toFixed(2)} ms per login (±${spreadPercent(times.with).toFixed(1)} %)`,
    )
    const noise = (spreadPercent(ratios) / Math.sqrt(BLOCKS)) * 1.86
    console.log(
      verdict(
        'login with an active experiment / with none',
        `${ratio.toFixed(3)} ± ${noise.toFixed(1)} %`,
        '≤ 1.03',
        ratio <= AIM,
      ),
    )
  } finally {
    await server.close()
  }
}

if (import.meta.main) await run()
