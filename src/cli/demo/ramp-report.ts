/** What the log says of the second half of the demo: who was asked for a passkey, who made one, who moved. */

import type { LoginEvent } from './report.ts'

export interface RampReport {
  /** Treated devices at the first share that were no longer treated at the second: must be 0. */
  readonly wentBack: number
  readonly treatedBefore: number
  readonly treatedAfter: number
  readonly devices: number
  readonly passkeysByControl: number
  readonly enrolled: number
  readonly declined: number
}

const deviceOf = ({ details }: LoginEvent): string => details?.device_id ?? ''

/** Devices whose successful logins were treated. */
const treatedDevices = (events: readonly LoginEvent[], treatment: string): Set<string> =>
  new Set(
    events.filter(({ type, details }) => type === 's' && details?.experiment?.variation_id === treatment).map(deviceOf),
  )

const count = (events: readonly LoginEvent[], type: string, isTreated: boolean, treatment: string): number =>
  events.filter(event => event.type === type && (event.details?.experiment?.variation_id === treatment) === isTreated)
    .length

/**
 * @param before events while the first share was in force
 * @param after events while the second one was
 */
export const summarizeRamp = (
  before: readonly LoginEvent[],
  after: readonly LoginEvent[],
  treatment: string,
): RampReport => {
  const [first, second] = [treatedDevices(before, treatment), treatedDevices(after, treatment)]
  const all = [...before, ...after]
  return {
    wentBack: [...first].filter(device => !second.has(device)).length,
    treatedBefore: first.size,
    treatedAfter: second.size,
    devices: new Set(after.filter(({ type }) => type === 's').map(deviceOf)).size,
    passkeysByControl: count(all, 'gd_enrollment_complete', false, treatment),
    enrolled: count(all, 'gd_enrollment_complete', true, treatment),
    declined: count(all, 'passkey_enrollment_declined', true, treatment),
  }
}

/** What must not be: each line is a reason for exit code 1. */
export const rampProblems = (report: RampReport, expected: { readonly devices: number }): string[] => {
  const problems: string[] = []
  if (report.devices !== expected.devices)
    problems.push(`${expected.devices} devices came back, but the log has ${report.devices}`)
  if (report.wentBack > 0) problems.push(`${report.wentBack} treated devices went back to control`)
  if (report.passkeysByControl > 0) problems.push(`${report.passkeysByControl} control logins were asked for a passkey`)
  if (report.treatedBefore > 0 && report.enrolled === 0) problems.push('no passkey was created')
  return problems
}

const percent = (part: number, whole: number): string => `${whole === 0 ? '–' : ((100 * part) / whole).toFixed(1)} %`

/** The lines that a person reads. */
export const renderRamp = (report: RampReport): string =>
  [
    `  treated devices at 10 %                  ${report.treatedBefore} of ${report.devices} (${percent(report.treatedBefore, report.devices)})`,
    `  treated devices at 50 %                  ${report.treatedAfter} of ${report.devices} (${percent(report.treatedAfter, report.devices)})`,
    `  treated devices that went back           ${report.wentBack}`,
    `  passkeys created / declined, treatment   ${report.enrolled} / ${report.declined}`,
    `  passkeys asked for in control            ${report.passkeysByControl}`,
  ].join('\n')
