/** What the details of an event may say, derived from the table: what a type does not declare cannot be written. */

import type { Json } from '../../base/json.ts'
import type { LOG_EVENTS, LogType } from './index.ts'

type NameIn<Path> = Path extends `details.${infer Name}` ? Name : never

type Names<Type extends LogType, Which extends 'required' | 'optional'> = NameIn<
  (typeof LOG_EVENTS)[Type][Which][number]
>

/** What ties an event to its transaction; of the types that have it, each event as far as it is known. */
type Tie = 'session_id' | 'transaction_id' | 'device_id'

/** What is written of an event's own `experiment` and `experiments`. */
type Enriched = 'experiment' | 'experiments'

/** What the caller must state. */
type Needed<Type extends LogType> = Exclude<Names<Type, 'required'>, Tie | Enriched>

type Declared<Type extends LogType> = Exclude<Names<Type, 'required' | 'optional'>, Enriched>

/** Every name that some type declares: of another type's, a spread of details brings none in unseen. */
type AnyName = { [Type in LogType]: Declared<Type> }[LogType]

/** Keeps out an object of which only is known that it is JSON: it might have any name. */
type NoOtherName = { readonly [index: number]: never }

/** The details of each type, by its code. */
export type LogDetails = {
  readonly [Type in LogType]: {
    readonly [Name in Needed<Type>]: Json
  } & {
    readonly [Name in Exclude<Declared<Type>, Needed<Type>>]?: Json
  } & {
    readonly [Name in Exclude<AnyName, Declared<Type>>]?: never
  } & NoOtherName
}
