/** What a command below `logs` is. */

import type { Flags } from '../terminal/flags.ts'

/** What a command works with; everything of the process that it touches. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
}

export interface Subcommand {
  readonly summary: string
  readonly flags: Flags
  /** What `--help` says below the flags. */
  readonly note: string
  /** Runs to its end and answers the exit code. */
  run(args: readonly string[], terminal: Terminal): Promise<number>
}
