/** Starts a command below limits that the kernel holds. */

import { existsSync } from 'node:fs'

const SHELL = '/bin/sh'

/** What `ulimit -f` counts in. */
const BLOCK_BYTES = 512

export interface KernelLimits {
  /** RLIMIT_DATA, in bytes. */
  readonly dataBytes: number
  /** RLIMIT_FSIZE, in bytes. */
  readonly fileBytes: number
}

/**
 * The command, as what sets the limits and then becomes it; every process that it starts has them as well. Each limit
 * by itself: a shell that does not know one still sets the others. Where there is no shell there is no limit.
 */
export const limited = (
  { file, args }: { readonly file: string; readonly args: readonly string[] },
  { dataBytes, fileBytes }: KernelLimits,
): { readonly file: string; readonly args: readonly string[] } => {
  if (!existsSync(SHELL)) return { file, args }
  const limits = ['-c 0', `-f ${Math.floor(fileBytes / BLOCK_BYTES)}`, `-d ${Math.floor(dataBytes / 1024)}`]
  const script = `${limits.map(limit => `ulimit ${limit} 2>/dev/null`).join('; ')}; exec "$0" "$@"`
  return { file: SHELL, args: ['-c', script, file, ...args] }
}
