/** A progress bar for long work: redrawn in place on a terminal, a line now and then elsewhere. */

export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface ProgressBar {
  advance(): void
  finish(): void
}

const WIDTH = 28

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
  let drawnPercent = 0
  const draw = (end: string): void => {
    const line = renderProgress(label, done, total, now() - started)
    output.write(output.isTTY ? `\r${line}${end}` : `${line}\n`)
  }
  return {
    advance() {
      done += 1
      const percent = Math.floor((100 * done) / total)
      const due = output.isTTY ? now() - drawnAt >= 100 : percent >= drawnPercent + 25
      if (!due || done === total) return
      drawnAt = now()
      drawnPercent = percent
      draw('')
    },
    finish() {
      draw('\n')
    },
  }
}
