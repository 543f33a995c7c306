/** Compiling an Action: code as it was written, so that positions in errors are the author's. */

import type { Reference } from 'isolated-vm'
import type { ModuleWrapper } from '../contract/bridge.ts'
import { splitProgram } from '../contract/program.ts'
import type { Blank } from './blank.ts'

const HEAD = '(function (exports, require, module) {'

/** @returns undefined, or the complaint of the compiler with the position as `action.js:line:column` */
export const compileProgram = async (
  { isolate, context, ways }: Blank,
  program: string,
  timeout: number,
): Promise<string | undefined> => {
  const [code, dependencies] = splitProgram(program)
  try {
    if (dependencies !== undefined) {
      const script = await isolate.compileScript(dependencies, { filename: 'dependencies.js' })
      await script.run(context, { timeout, release: true })
    }
    const script = await isolate.compileScript(`${HEAD}${code}\n})`, {
      filename: 'action.js',
      columnOffset: -HEAD.length,
    })
    const wrapper: Reference<ModuleWrapper> = await script.run(context, { reference: true, timeout, release: true })
    await ways.load.apply(undefined, [wrapper.derefInto({ release: true })])
    return undefined
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : 'the code cannot be compiled'
  }
}
