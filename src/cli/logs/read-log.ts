/** Reads a long stretch of the log in its order, a few requests at a time. */

import { logIdTime, logPositionBefore } from '../../model/log-id.ts'
import type { ApiReader } from '../client/api-client.ts'
import { type LogEvent, type LogSpan, loadAfter, loadFound, PAGE_SIZE } from './log-source.ts'

/** Spans that are read side by side: enough to hide the way to a distant server. */
const LANES = 4

/** Spans that are held, read or being read; more than the lanes, so that a dense one can be cut again. */
const MAX_HELD = 2 * LANES

/** What a span should have: some ten requests, of which one finds less than a page. */
const AIM = { events: 1_000, characters: 1_000_000 } as const

/** How much more than that is held of one span; the rest of a denser one is cut again. */
const MOST = 2

/** Spans begin short and grow: a dense beginning is cut well at once, a thin one costs a few more requests. */
const FIRST_LENGTH_MS = 250
const MOST_GROWTH = 8
const DAY_MS = 86_400_000

interface Part {
  readonly span: LogSpan
  readonly events: readonly LogEvent[]
  /** How full it is: 1 is what a span should have. */
  readonly fullness: number
  /** What was not read, because there is too much of it. */
  readonly rest: LogSpan | undefined
}

/** A place in the order of what will be yielded. */
type Slot = { readonly kind: 'part'; readonly part: Promise<Part> } | { readonly kind: 'uncut'; readonly span: LogSpan }

const loadPage = async (api: ApiReader, span: LogSpan, query: string | undefined): Promise<readonly LogEvent[]> =>
  query === undefined ? await loadAfter(api, span.after) : await loadFound(api, span, query)

/** Characters of a page's JSON, judged by two of its events: writing all of them to count would cost as much as reading. */
const charactersOf = (page: readonly LogEvent[]): number => {
  const sample = [page[0], page.at(-1)]
  return (JSON.stringify(sample).length / sample.length) * page.length
}

const readPart = async (api: ApiReader, span: LogSpan, query: string | undefined): Promise<Part> => {
  const events: LogEvent[] = []
  const { through } = span
  let { after } = span
  let characters = 0
  for (;;) {
    const page = await loadPage(api, { after, through }, query)
    // Ids grow; a server that says otherwise must not lead in a circle.
    const found = page.filter(({ log_id }) => log_id > after && log_id <= through)
    events.push(...found)
    characters += charactersOf(found)
    const fullness = Math.max(events.length / AIM.events, characters / AIM.characters)
    const last = page.at(-1)?.log_id
    if (page.length < PAGE_SIZE || last === undefined || last >= through || last <= after) {
      return { span, events, fullness, rest: undefined }
    }
    after = last
    if (fullness >= MOST) return { span, events, fullness, rest: { after, through } }
  }
}

/** The first piece of a stretch, so many milliseconds of it, and what is left. Pure. */
export const cutSpan = ({ after, through }: LogSpan, lengthMs: number): readonly [LogSpan, LogSpan | undefined] => {
  // The position after this millisecond at the least, or the piece would be empty.
  const border = logPositionBefore(logIdTime(after) + 1 + Math.max(1, Math.round(lengthMs)))
  if (border >= through) return [{ after, through }, undefined]
  return [
    { after, through: border },
    { after: border, through },
  ]
}

/** How long spans should be after one that took so many milliseconds of the log and was so full. Pure. */
export const nextLength = (tookMs: number, fullness: number): number => {
  const length = Math.max(1, tookMs) / Math.max(fullness, 1 / MOST_GROWTH)
  // A day is the most, so that a search never looks through more than two partitions before it answers.
  return Math.min(Math.max(length, 1), DAY_MS)
}

const lengthAfter = ({ span, fullness, rest }: Part): number =>
  nextLength(logIdTime(rest?.after ?? span.through) - logIdTime(span.after), fullness)

/** Starts to read spans in their order, as many as may be under way, and always the first. */
const fill = (slots: Slot[], lengthMs: number, start: (span: LogSpan) => Promise<Part>): void => {
  let isBusy = 0
  for (let index = 0; index < slots.length && isBusy < LANES; index += 1) {
    const slot = slots[index]
    isBusy += 1
    if (slot?.kind !== 'uncut') continue
    if (index > 0 && slots.filter(({ kind }) => kind === 'part').length >= MAX_HELD) return
    const [span, rest] = cutSpan(slot.span, lengthMs)
    const pieces: Slot[] = [{ kind: 'part', part: start(span) }]
    if (rest) pieces.push({ kind: 'uncut', span: rest })
    slots.splice(index, 1, ...pieces)
  }
}

export interface ReadPart {
  readonly events: readonly LogEvent[]
  /** Everything up to this id is read. */
  readonly position: string
}

/**
 * Every event of a stretch that a query finds, in the order of the log, part by part; all events when there is no
 * query. Spans are cut by time, each as long as the events in the last one suggest. Holds a bounded number of events,
 * however many there are.
 */
export async function* readLog(
  api: ApiReader,
  stretch: LogSpan,
  query?: string,
): AsyncGenerator<ReadPart, void, undefined> {
  const slots: Slot[] = [{ kind: 'uncut', span: stretch }]
  let lengthMs = FIRST_LENGTH_MS
  const start = (span: LogSpan): Promise<Part> => {
    const part = readPart(api, span, query)
    part.catch(() => {}) // it is awaited in its turn; until then, another may fail first
    return part
  }
  for (;;) {
    fill(slots, lengthMs, start)
    const head = slots.shift()
    if (head?.kind !== 'part') return
    const part = await head.part
    lengthMs = lengthAfter(part)
    if (part.rest) slots.unshift({ kind: 'uncut', span: part.rest })
    fill(slots, lengthMs, start) // before the reader takes its time
    yield { events: part.events, position: part.rest?.after ?? part.span.through }
  }
}
