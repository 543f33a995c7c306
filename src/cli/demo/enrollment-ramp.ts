/** The demo's second half, steps 6 and 7 of the tutorial and its ramp: the Action runs, and the share rises to one half. */

import type { ApiClient } from '../client/api-client.ts'
import { mapBounded } from '../client/bounded.ts'
import { createProgressBar } from '../terminal/progress-bar.ts'
import { deployPasskeyAction } from './passkey-action.ts'
import { type Rollout, rampToHalf } from './passkey-rollout.ts'
import { type RampReport, renderRamp, summarizeRamp } from './ramp-report.ts'
import { newestLogId, readLogsAfter } from './read-logs.ts'

export interface RampPlay {
  readonly api: ApiClient
  readonly issuer: string
  readonly run: string
  readonly rollout: Rollout
  /** Devices that have logged in before; each call is one more login of that device. */
  readonly devices: readonly (() => Promise<unknown>)[]
  readonly atOnce: number
  say(line: string): void
}

const logInAgain = async ({ api, devices, atOnce }: RampPlay, label: string) => {
  const from = await newestLogId(api)
  const bar = createProgressBar(label, devices.length, process.stdout, () => performance.now())
  await mapBounded(devices, atOnce, async logIn => {
    await logIn()
    bar.advance()
  })
  bar.finish()
  return readLogsAfter(api, from)
}

/** Deploys the Action, lets the devices come back, ramps to 50/50, lets them come back again, and counts. */
export const playEnrollmentRamp = async (play: RampPlay): Promise<RampReport> => {
  const { api, say, rollout } = play
  say('\nSteps 6 and 7: an Action sends treated logins to the enrolment page.\n')
  say(`  6  Action ${await deployPasskeyAction(api, play.issuer, play.run)} deployed and bound to post-login`)
  say(`  7  ${play.devices.length} devices come back; three persons in five create the passkey\n`)
  const before = await logInAgain(play, '  10 % ')
  say('\nThe ramp: pause, 50/50, activate.\n')
  await rampToHalf(api, rollout)
  const after = await logInAgain(play, '  50 % ')
  const report = summarizeRamp(before, after, rollout.treatment)
  say(`\n${renderRamp(report)}`)
  return report
}
