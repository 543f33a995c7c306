/** The table of the log events that the product writes. */

import type { LogEventType } from './event-type.ts'
import { experimentAssignmentSucceeded } from './experiment-assignment-succeeded.ts'
import { f } from './f.ts'
import { feacft } from './feacft.ts'
import { feccft } from './feccft.ts'
import { ferrt } from './ferrt.ts'
import { fertft } from './fertft.ts'
import { flo } from './flo.ts'
import { fp } from './fp.ts'
import { fs } from './fs.ts'
import { fsa } from './fsa.ts'
import { fu } from './fu.ts'
import { limitWc } from './limit-wc.ts'
import { s } from './s.ts'
import { sapi } from './sapi.ts'
import { seacft } from './seacft.ts'
import { seccft } from './seccft.ts'
import { sertft } from './sertft.ts'
import { slo } from './slo.ts'
import { ss } from './ss.ts'
import { ssa } from './ssa.ts'
import { w } from './w.ts'

export const LOG_EVENTS = {
  s,
  f,
  fp,
  fu,
  ss,
  fs,
  seacft,
  feacft,
  seccft,
  feccft,
  sertft,
  fertft,
  ferrt,
  slo,
  flo,
  ssa,
  fsa,
  limit_wc: limitWc,
  sapi,
  w,
  experiment_assignment_succeeded: experimentAssignmentSucceeded,
} as const satisfies Record<string, LogEventType>

/** A type code that the product writes. */
export type LogType = keyof typeof LOG_EVENTS

/** The entry of a type. */
export const logEventType = (type: LogType): LogEventType => LOG_EVENTS[type]

/** Every entry, in the order of the reference. */
export const LOG_EVENT_TYPES: readonly LogEventType[] = Object.values(LOG_EVENTS)
