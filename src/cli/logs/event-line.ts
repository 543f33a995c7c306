/** An event as one line for a person at a terminal. */

import { isJsonObject } from '../../base/json.ts'
import { toTerminalText } from '../terminal/terminal-text.ts'
import type { LogEvent } from './log-source.ts'

const COLORS = { red: 31, green: 32, yellow: 33, cyan: 36, gray: 90 } as const

type Color = keyof typeof COLORS

/** Colours text, or leaves it. */
export type Paint = (color: Color, text: string) => string

export const paintAnsi: Paint = (color, text) => `\u001b[${COLORS[color]}m${text}\u001b[39m`

export const paintNothing: Paint = (_, text) => text

/** Longer values are cut: one event is one line. */
const LONGEST = 80

const toPlain = (value: unknown): string => (typeof value === 'string' ? toTerminalText(value, LONGEST) : '')

/** Failures begin with `f`, limits and warnings are neither good nor bad, what succeeds begins with `s`. */
const colorOf = (type: string): Color => {
  if (type.startsWith('f')) return 'red'
  if (type === 'w' || type.startsWith('limit_') || /fail|block/.test(type)) return 'yellow'
  return type.startsWith('s') ? 'green' : 'gray'
}

/** `2026-11-21 09:45:12.345`, in UTC as all times of the log. */
const timeOf = (date: unknown): string => {
  const ms = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(ms) ? '-'.padEnd(23) : new Date(ms).toISOString().replace('T', ' ').slice(0, -1)
}

const experimentOf = ({ details }: LogEvent): string => {
  const experiment = isJsonObject(details) ? details.experiment : undefined
  if (!isJsonObject(experiment)) return ''
  const role = experiment.is_control === true ? ' (control)' : ''
  return `${toPlain(experiment.experiment_id)} → ${toPlain(experiment.variation_id)}${role}`
}

/** `time  type  what happened  who  through which application  from where  experiment → variation`; absent parts are left out. */
export const renderEvent = (event: LogEvent, paint: Paint): string => {
  const type = toPlain(event.type)
  const experiment = experimentOf(event)
  const origin = [toPlain(event.client_name), toPlain(event.ip)].filter(Boolean).join(' ')
  return [
    paint('gray', timeOf(event.date)),
    paint(colorOf(type), type.padEnd(6)),
    toPlain(event.description),
    toPlain(event.user_name) || toPlain(event.user_id),
    origin && paint('gray', origin),
    experiment && paint('cyan', experiment),
  ]
    .filter(Boolean)
    .join('  ')
}
