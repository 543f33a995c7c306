/** `npm run check`: what a script can say of a change before a reviewer. Prints every problem, exits 1 on any. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { checkExecutables } from './check-executables.ts'
import { checkFunctions } from './check-functions.ts'
import { checkLayers } from './check-layers.ts'
import { checkMaps } from './check-maps.ts'
import { checkRooms } from './check-rooms.ts'
import { checkStyle } from './check-style.ts'
import { staleReferences } from './generate-docs.ts'
import { ROOT } from './source-files.ts'

type Check = () => readonly string[] | Promise<readonly string[]>

/** A check that is a program of its own, so that it takes another processor than ours. */
const command =
  (name: string, ...args: readonly string[]): Check =>
  async () => {
    const child = spawn(join(ROOT, 'node_modules/.bin', name), args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<boolean>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', status => resolve(status === 0))
    })
    const [isRight, ...said] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
    return isRight ? [] : [said.join('').trim() || `${name} failed`]
  }

/** Programs first: they run while the rest is computed here. */
const CHECKS: Readonly<Record<string, Check>> = {
  types: command('tsc', '--noEmit'),
  'lint and format': command('biome', 'check', '.'),
  layers: checkLayers,
  rooms: checkRooms,
  style: checkStyle,
  functions: checkFunctions,
  maps: checkMaps,
  'generated reference': staleReferences,
  executables: checkExecutables,
}

const perform = async (name: string, check: Check): Promise<boolean> => {
  const started = performance.now()
  const problems = await check()
  const took = `${Math.round(performance.now() - started)} ms`
  console.log(problems.length === 0 ? `ok    ${name} (${took})` : `FAIL  ${name} (${took})\n${problems.join('\n')}\n`)
  return problems.length === 0
}

const results = await Promise.all(Object.entries(CHECKS).map(([name, check]) => perform(name, check)))
process.exitCode = results.every(Boolean) ? 0 : 1
