/**
 * Why: npm makes a command executable when it links it. If git does not keep it so, the first `npx` in a fresh clone
 * changes a tracked file, and once that is reverted, no later one can start the command.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './source-files.ts'

/** @param listing what `git ls-files --stage` says of the paths */
export const executableProblems = (paths: readonly string[], listing: string): string[] => {
  const modes = new Map(
    listing.split('\n').map(line => {
      const [entry = '', path = ''] = line.split('\t')
      return [path, entry.split(' ')[0]]
    }),
  )
  return paths.flatMap(path => {
    const mode = modes.get(path)
    if (mode === '100755') return []
    const found = mode ? `has mode ${mode}` : 'is not in git'
    return [`${path}: ${found}, but package.json names it as a command: git add --chmod=+x ${path}`]
  })
}

/** What git says of the paths; in a copy without its history, what git would say of the files. */
const listModes = (paths: readonly string[]): string => {
  const { status, stdout } = spawnSync('git', ['ls-files', '--stage', '--', ...paths], { cwd: ROOT, encoding: 'utf8' })
  if (status === 0) return stdout
  return paths.map(path => `${(statSync(join(ROOT, path)).mode & 0o100) > 0 ? '100755' : '100644'}\t${path}`).join('\n')
}

/** What is wrong with the commands that package.json names, one line each. */
export const checkExecutables = (): string[] => {
  const { bin }: { readonly bin: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  const paths = Object.values(bin)
  return executableProblems(paths, listModes(paths))
}
