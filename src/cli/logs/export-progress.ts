/** How far an export has got, on standard error: by the time of the events, as they are not counted beforehand. */

import { renderShare } from '../terminal/progress-bar.ts'

export interface ExportProgress {
  /** Goes on where an earlier attempt was. */
  resume(events: number, share: number): void
  /** @param share of the time that is exported, from 0 to 1 */
  advance(events: number, share: number): void
  finish(): void
}

interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const REDRAW_MS = 100

const grouped = (count: number): string => count.toLocaleString('en')

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** `0:07`, `12:30`, `1:02:03`. */
const renderDuration = (ms: number): string => {
  const seconds = Math.ceil(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const clock = `${hours > 0 ? twoDigits(minutes) : minutes}:${twoDigits(seconds % 60)}`
  return hours > 0 ? `${hours}:${clock}` : clock
}

export interface ExportState {
  readonly events: number
  /** Of the time that is exported, from 0 to 1. */
  readonly share: number
  readonly elapsedMs: number
  /** What earlier attempts have done; the rate is this one's. */
  readonly before: { readonly events: number; readonly share: number }
}

/** The time that is left if it goes on as it went; undefined at the end, and before anything is known. */
const timeLeft = ({ share, elapsedMs, before }: ExportState): number | undefined =>
  share > before.share && share < 1 ? (elapsedMs / (share - before.share)) * (1 - share) : undefined

/** One line of it. Pure. */
export const renderExport = (state: ExportState): string => {
  const { events, share, elapsedMs, before } = state
  const rate = elapsedMs > 0 ? Math.round(((events - before.events) * 1000) / elapsedMs) : 0
  const left = timeLeft(state)
  const end = left === undefined ? '' : `  ${renderDuration(left)} left`
  return `exporting ${renderShare(share)}  ${grouped(events)} events  ${grouped(rate)}/s${end}`
}

/** Redrawn in place on a terminal; elsewhere a line says where it goes on, and one how it ended. @param now in milliseconds */
export const createExportProgress = (output: ProgressOutput, now: () => number): ExportProgress => {
  const started = now()
  let before = { events: 0, share: 0 }
  let events = 0
  let drawnAt = started
  let longest = 0

  const draw = (share: number, end: string): void => {
    const line = renderExport({ events, share, elapsedMs: now() - started, before })
    // A line that is shorter than the one that it replaces covers it.
    longest = Math.max(longest, line.length)
    output.write(`\r${line.padEnd(longest)}${end}`)
  }

  return {
    resume(done, share) {
      before = { events: done, share }
      events = done
      if (output.isTTY) draw(share, '')
      else output.write(`Going on after ${grouped(done)} events.\n`)
    },
    advance(more, share) {
      events += more
      if (!output.isTTY || now() - drawnAt < REDRAW_MS || share >= 1) return
      drawnAt = now()
      draw(share, '')
    },
    finish() {
      if (output.isTTY) draw(1, '\n')
      else output.write(`Exported ${grouped(events)} events in ${renderDuration(now() - started)}.\n`)
    },
  }
}
