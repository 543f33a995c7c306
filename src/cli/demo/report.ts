/** Turns the log events of a demo run into the table that it prints, and says what is wrong with the numbers. */

import { type Interval, wilsonInterval } from '../../stats/methods/wilson.ts'

/** The part of a log document that the demo reads. */
export interface LoginEvent {
  readonly type: string
  /** The person. */
  readonly user_id?: string
  readonly details?: {
    readonly device_id?: string
    readonly transaction_id?: string
    /** What people were shown, in order. */
    readonly prompts?: readonly { readonly name?: string }[]
    readonly experiment?: {
      readonly experiment_id: string
      readonly variation_id: string
      readonly is_control: boolean
    }
  }
}

export interface ConfiguredVariation {
  readonly variation_id: string
  readonly name: string
  /** Percent. */
  readonly weight: number
}

export interface VariationRow extends ConfiguredVariation {
  readonly logins: number
  readonly devices: number
  /** Share of the devices, with its 95 % Wilson interval. The device is the unit that is assigned. */
  readonly share: number
  readonly interval: Interval
}

export interface DemoReport {
  readonly rows: readonly VariationRow[]
  readonly logins: number
  readonly devices: number
  readonly switchedDevices: number
  readonly withoutExperiment: number
  readonly sample: LoginEvent | undefined
}

/** Counts the successful logins of one experiment per variation. */
export const summarize = (
  events: readonly LoginEvent[],
  experimentId: string,
  variations: readonly ConfiguredVariation[],
): DemoReport => {
  const logins = events.filter(event => event.type === 's')
  const enriched = logins.filter(event => event.details?.experiment?.experiment_id === experimentId)
  const variationsOf = new Map<string, Set<string>>()
  for (const { details } of enriched) {
    const device = details?.device_id ?? ''
    const seen = variationsOf.get(device) ?? new Set<string>()
    variationsOf.set(device, seen.add(details?.experiment?.variation_id ?? ''))
  }
  const devices = variationsOf.size
  const rows = variations.map(variation => {
    const own = [...variationsOf.values()].filter(seen => seen.has(variation.variation_id)).length
    return {
      ...variation,
      logins: enriched.filter(event => event.details?.experiment?.variation_id === variation.variation_id).length,
      devices: own,
      share: devices === 0 ? 0 : own / devices,
      interval: wilsonInterval(own, devices),
    }
  })
  return {
    rows,
    logins: logins.length,
    devices,
    switchedDevices: [...variationsOf.values()].filter(seen => seen.size > 1).length,
    withoutExperiment: logins.length - enriched.length,
    sample: enriched.at(-1),
  }
}

/** Chance alone passes this about once in a million runs, so a healthy demo never fails. */
const Z_ONE_IN_A_MILLION = 4.89

/** What must not be: each line is a reason for exit code 1. */
export const problemsOf = (
  report: DemoReport,
  expected: { readonly logins: number; readonly devices: number },
): string[] => {
  const problems: string[] = []
  if (report.logins !== expected.logins)
    problems.push(`${expected.logins} logins were answered, but the log has ${report.logins}`)
  if (report.devices !== expected.devices)
    problems.push(`${expected.devices} devices logged in, but the log has ${report.devices}`)
  if (report.withoutExperiment > 0) problems.push(`${report.withoutExperiment} logins carry no details.experiment`)
  if (report.switchedDevices > 0) problems.push(`${report.switchedDevices} devices switched their variation`)
  for (const row of report.rows) {
    const wide = wilsonInterval(row.devices, report.devices, Z_ONE_IN_A_MILLION)
    const weight = row.weight / 100
    if (weight < wide.lower || weight > wide.upper) {
      problems.push(`${row.name} got ${(100 * row.share).toFixed(1)} % of the devices; ${row.weight} % is configured`)
    }
  }
  return problems
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** The table, one line per variation. */
export const renderTable = (rows: readonly VariationRow[]): string => {
  const header = ['variation', 'weight', 'logins', 'devices', 'share of devices (95 % interval)']
  const body = rows.map(row => [
    row.name,
    `${row.weight} %`,
    String(row.logins),
    String(row.devices),
    `${percent(row.share)}  (${percent(row.interval.lower)} – ${percent(row.interval.upper)})`,
  ])
  const widths = header.map((title, column) => Math.max(title.length, ...body.map(cells => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   ')}`
  return [line(header), `  ${widths.map(width => '─'.repeat(width)).join('   ')}`, ...body.map(line)].join('\n')
}
