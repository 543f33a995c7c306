/** How far an export has got, on standard error: by the time of the events, as nobody counts them beforehand. */

import { renderShare } from '../progress-bar.ts'

export interface ExportProgress {
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

/** One line of it. Pure. */
export const renderExport = (events: number, share: number, elapsedMs: number): string => {
  const rate = elapsedMs > 0 ? Math.round((events * 1000) / elapsedMs) : 0
  return `exporting ${renderShare(share)}  ${grouped(events)} events  ${grouped(rate)}/s`
}

/** Redrawn in place on a terminal; elsewhere a line at every quarter. @param now in milliseconds */
export const createExportProgress = (output: ProgressOutput, now: () => number): ExportProgress => {
  const started = now()
  let events = 0
  let drawnAt = started
  let quarter = 0

  const draw = (share: number, end: string): void => {
    const line = renderExport(events, share, now() - started)
    output.write(output.isTTY ? `\r${line}${end}` : `${line}\n`)
  }

  return {
    advance(more, share) {
      events += more
      const isDue = output.isTTY ? now() - drawnAt >= REDRAW_MS : Math.floor(share * 4) > quarter
      if (!isDue || share >= 1) return
      drawnAt = now()
      quarter = Math.floor(share * 4)
      draw(share, '')
    },
    finish() {
      draw(1, '\n')
    },
  }
}
