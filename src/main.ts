/** Finds the command and runs it; `bin/experiment-center.mjs` starts this. */

import './require-node.mjs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { followLauncher } from './cli/launcher.ts'

followLauncher(process.env) // before anything slow, so that a process which is stopped at once is stopped too
// Halves the time of a start. Beside the packages, not in the shared temporary directory, where others could write it.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/experiment-center'))
const { runCommand } = await import('./cli/commands.ts')

process.exitCode = await runCommand(process.argv.slice(2), process.env)
