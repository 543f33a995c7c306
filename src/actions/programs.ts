/** Numbers for programs: children are told a program once, and calls name its number. */

import type { Program } from './pool/job.ts'

const MAX_PROGRAMS = 1000

/** Bounded: the program that was used longest ago gets a new number when it comes back. */
export const createPrograms = () => {
  const programs = new Map<string, Program>()
  let lastId = 0
  return {
    /** @param key tenant and version: the same key with other code is another program */
    of: (key: string, code: string): Program => {
      const known = programs.get(key)
      programs.delete(key)
      const program = known?.code === code ? known : { id: ++lastId, code }
      programs.set(key, program)
      const [oldest] = programs.keys()
      if (programs.size > MAX_PROGRAMS && oldest !== undefined) programs.delete(oldest)
      return program
    },
  }
}
