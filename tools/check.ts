/** `npm run check`: types, lint and format, layers, rooms, maps, style, generated files, executables. Prints every problem, exits 1 on any. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { checkExecutables } from './check-executables.ts'
import { checkLayers } from './check-layers.ts'
import { checkMaps } from './check-maps.ts'
import { checkRooms } from './check-rooms.ts'
import { checkStyle } from './check-style.ts'
import { staleReferences } from './generate-docs.ts'
import { ROOT } from './source-files.ts'

const command =
  (name: string, ...args: readonly string[]) =>
  (): string[] => {
    const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin', name), args, {
      cwd: ROOT,
      encoding: 'utf8',
    })
    return status === 0 ? [] : [`${stdout}${stderr}`.trim()]
  }

const CHECKS: Record<string, () => string[] | Promise<string[]>> = {
  types: command('tsc', '--noEmit'),
  'lint and format': command('biome', 'check', '.'),
  layers: checkLayers,
  rooms: checkRooms,
  maps: checkMaps,
  style: checkStyle,
  'generated reference': staleReferences,
  executables: checkExecutables,
}

let failed = 0
for (const [name, run] of Object.entries(CHECKS)) {
  const started = performance.now()
  const problems = await run()
  const took = `${Math.round(performance.now() - started)} ms`
  console.log(problems.length === 0 ? `ok    ${name} (${took})` : `FAIL  ${name} (${took})\n${problems.join('\n')}\n`)
  if (problems.length > 0) failed += 1
}
process.exitCode = failed > 0 ? 1 : 0
