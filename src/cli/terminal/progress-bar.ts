/** A progress bar for long work, on a terminal; elsewhere the end is said in a line. */

export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface ProgressBar {
  advance(): void
  finish(): void
}

const WIDTH = 28
const REDRAW_MS = 100

/** `████░░░░  50 %` for a share from 0 to 1. Pure. */
export const renderShare = (share: number): string => {
  const filled = Math.round(WIDTH * share)
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${String(Math.floor(100 * share)).padStart(3)} %`
}

/** One line of the bar: `label ████░░░░ 50 %  100/200  41/s`. Pure. */
export const renderProgress = (label: string, done: number, total: number, elapsedMs: number): string => {
  const rate = elapsedMs > 0 ? Math.round((done * 1000) / elapsedMs) : 0
  return `${label} ${renderShare(done / Math.max(total, 1))}  ${done}/${total}  ${rate}/s`
}

/** The same as plain text. Pure. */
export const renderEnd = (label: string, total: number, elapsedMs: number): string =>
  `${label} ${total} in ${(elapsedMs / 1000).toFixed(1)} s`

/** Starts a bar. `now` is in milliseconds; a terminal sees at most ten redraws a second. */
export const createProgressBar = (
  label: string,
  total: number,
  output: ProgressOutput,
  now: () => number,
): ProgressBar => {
  const started = now()
  let done = 0
  let drawnAt = 0
  const draw = (end: string): unknown => output.write(`\r${renderProgress(label, done, total, now() - started)}${end}`)
  return {
    advance() {
      done += 1
      if (!output.isTTY || now() - drawnAt < REDRAW_MS || done === total) return
      drawnAt = now()
      draw('')
    },
    finish() {
      if (output.isTTY) draw('\n')
      else output.write(`${renderEnd(label, done, now() - started)}\n`)
    },
  }
}
