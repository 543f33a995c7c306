/** Full logins with something and without it: the same server, the same browser code, blocks in turn. */

import { randomBytes } from 'node:crypto'
import type { TestServer } from '../test/kit/server.ts'
import { median, spreadPercent, verdict } from './summary.ts'

const PAIRS = 24
const LOGINS_PER_BLOCK = 25
const WARM_UP = 100

export interface Comparison {
  /** What is switched, as a noun: `an active experiment`. */
  readonly what: string
  /** Turns it on or off, which it is at first; not timed. */
  readonly set: (isOn: boolean) => Promise<unknown>
  /** The ratio of with to without that is aimed at. */
  readonly aim: number
}

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
 * Pairs of blocks, on and off, the order turned around in every second pair; the ratio is the median over pairs, so
 * that a slow drift of the machine cancels out. Leaves it off.
 */
export const compareLogins = async (server: TestServer, { what, set, aim }: Comparison): Promise<void> => {
  let isSet = false
  const turn = async (isOn: boolean): Promise<void> => {
    if (isSet !== isOn) await set(isOn)
    isSet = isOn
  }
  await turn(true)
  for (let i = 0; i < WARM_UP; i += 1) await logIn(server)
  const times = { on: [] as number[], off: [] as number[] }
  const measure = async (isOn: boolean): Promise<number> => {
    await turn(isOn)
    const time = await timeBlock(server)
    times[isOn ? 'on' : 'off'].push(time)
    return time
  }
  const ratios: number[] = []
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const isFirstOn = pair % 2 === 0
    const [first, second] = [await measure(isFirstOn), await measure(!isFirstOn)]
    ratios.push(isFirstOn ? first / second : second / first)
  }
  await turn(false)
  const ratio = median(ratios)
  const noise = (spreadPercent(ratios) / Math.sqrt(PAIRS)) * 1.86
  for (const [name, block] of [
    [`without ${what}`, times.off],
    [`with ${what}`, times.on],
  ] as const) {
    console.log(`  ${name.padEnd(32)} ${median(block).toFixed(2)} ms per login (±${spreadPercent(block).toFixed(1)} %)`)
  }
  console.log(
    verdict(`login with ${what} / without`, `${ratio.toFixed(3)} ± ${noise.toFixed(1)} %`, `≤ ${aim}`, ratio <= aim),
  )
}
