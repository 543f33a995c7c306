/** Numbers for programs: children are told a program once, and calls name its number. */

import { LRUCache } from 'lru-cache'
import type { Program } from './pool/job.ts'

/** Of all programs together; one that is forgotten gets a new number when it comes back. */
const MAX_CHARS = 200_000_000

export const createPrograms = () => {
  const programs = new LRUCache<string, Program>({
    maxSize: MAX_CHARS,
    sizeCalculation: ({ code }) => code.length + 100,
  })
  let lastId = 0
  return {
    /** @param key tenant and version: the same key with other code is another program */
    of: (key: string, code: string): Program => {
      const known = programs.get(key)
      if (known?.code === code) return known
      lastId += 1
      const program = { id: lastId, code }
      programs.set(key, program)
      return program
    },
  }
}
