/** What the log says of the second half of the demo: who was asked for a passkey, who made one, who moved. */

import { wilsonInterval } from '../../stats/methods/wilson.ts'
import type { LoginEvent } from './report.ts'

/**
 * One variation's logins, and the persons who logged in. A person has several devices, and is asked on each until they have
 * a passkey: what became of the asking is counted by person, so that none counts twice.
 */
export interface RampRow {
  readonly name: 'control' | 'treatment'
  readonly logins: number
  readonly failed: number
  /** Logins whose Action sent the browser to the enrolment page. */
  readonly sentAway: number
  /** Persons with a successful login. */
  readonly people: number
  /** Persons who answered the enrolment page, with yes or no. */
  readonly asked: number
  /** Of these, the persons who have created a passkey. */
  readonly enrolled: number
}

export interface RampReport {
  /** Treated devices at the first share that were no longer treated at the second: must be 0. */
  readonly wentBack: number
  readonly treatedBefore: number
  readonly treatedAfter: number
  readonly devices: number
  readonly control: RampRow
  readonly treatment: RampRow
}

const ENROLLED = 'gd_enrollment_complete'
const DECLINED = 'passkey_enrollment_declined'

const FAILED: ReadonlySet<string> = new Set(['f', 'fp', 'fu'])

const deviceOf = ({ details }: LoginEvent): string => details?.device_id ?? ''

const wasSentAway = ({ details }: LoginEvent): boolean =>
  details?.prompts?.some(({ name }) => name === 'redirect') ?? false

const isTreated = ({ details }: LoginEvent, treatment: string): boolean =>
  details?.experiment?.variation_id === treatment

/** Devices whose successful logins were treated. */
const treatedDevices = (events: readonly LoginEvent[], treatment: string): Set<string> =>
  new Set(events.filter(event => event.type === 's' && isTreated(event, treatment)).map(deviceOf))

const rowOf = (name: RampRow['name'], events: readonly LoginEvent[]): RampRow => {
  const count = (type: string): number => events.filter(event => event.type === type).length
  const peopleOf = (...types: readonly string[]): number =>
    new Set(events.filter(event => types.includes(event.type)).map(event => event.user_id)).size
  return {
    name,
    logins: count('s'),
    failed: events.filter(({ type }) => FAILED.has(type)).length,
    sentAway: events.filter(event => event.type === 's' && wasSentAway(event)).length,
    people: peopleOf('s'),
    asked: peopleOf(ENROLLED, DECLINED),
    enrolled: peopleOf(ENROLLED),
  }
}

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
  const { true: treated = [], false: control = [] } = Object.groupBy([...before, ...after], event =>
    isTreated(event, treatment) ? 'true' : 'false',
  )
  return {
    wentBack: [...first].filter(device => !second.has(device)).length,
    treatedBefore: first.size,
    treatedAfter: second.size,
    devices: new Set(after.filter(({ type }) => type === 's').map(deviceOf)).size,
    control: rowOf('control', control),
    treatment: rowOf('treatment', treated),
  }
}

/** What must not be: each line is a reason for exit code 1. */
export const rampProblems = (report: RampReport, expected: { readonly devices: number }): string[] => {
  const { control, treatment } = report
  const problems: string[] = []
  if (report.devices !== expected.devices)
    problems.push(`${expected.devices} devices came back, but the log has ${report.devices}`)
  if (report.wentBack > 0) problems.push(`${report.wentBack} treated devices went back to control`)
  if (control.sentAway > 0) problems.push(`${control.sentAway} control logins were sent to the enrolment page`)
  if (control.asked > 0) problems.push(`${control.asked} persons were asked for a passkey by control logins`)
  if (treatment.sentAway < treatment.logins)
    problems.push(`${treatment.logins - treatment.sentAway} treated logins were not sent to the enrolment page`)
  if (report.treatedBefore > 0 && treatment.enrolled === 0) problems.push('no passkey was created')
  return problems
}

const percent = (part: number, whole: number): string => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)

/** Of the people who were asked: they are the same in every column, and the unit that decides. */
const rateOf = ({ asked, enrolled }: RampRow): string => {
  if (asked === 0) return '–'
  const { lower, upper } = wilsonInterval(enrolled, asked)
  return `${percent(enrolled, asked)}  (${percent(lower, 1)} – ${percent(upper, 1)})`
}

const HEADS = ['logins', 'failed', 'people', 'asked', 'passkeys', 'passkeys of the people asked (95 % interval)']

const toLine = (name: string, cells: readonly (string | number)[]): string =>
  `  ${name.padEnd(12)}${cells.map((cell, index) => String(cell).padStart((HEADS[index]?.length ?? 0) + 3)).join('')}`

const toRow = (row: RampRow): string =>
  toLine(row.name, [
    row.logins,
    percent(row.failed, row.logins + row.failed),
    row.people,
    row.asked,
    row.enrolled,
    rateOf(row),
  ])

/** The lines that a person reads. */
export const renderRamp = (report: RampReport): string => {
  const { treatedBefore, treatedAfter, devices, wentBack } = report
  return [
    `  treated devices at 10 %      ${treatedBefore} of ${devices} (${percent(treatedBefore, devices)})`,
    `  treated devices at 50 %      ${treatedAfter} of ${devices} (${percent(treatedAfter, devices)})`,
    `  treated devices that went back to control   ${wentBack}`,
    '',
    toLine('variation', HEADS),
    toRow(report.control),
    toRow(report.treatment),
    '',
    '  Both at 10 % and at 50 %. A person counts once, however many devices they have.',
  ].join('\n')
}
