/** The account of one build, for npm and the bundler alike, and the files of the server that they are. */

import { chown, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ChildAccount, childAccount } from '../child-account.ts'

const pathTo = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** The process that bundles; beside its own files it needs esbuild, and to be known as a module. */
export const BUNDLE_WORKER = pathTo(`./bundle-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`)

/** esbuild and its program for this machine, which is a package of its own. */
const esbuildFolders = (): readonly string[] => {
  const manifest = createRequire(import.meta.url).resolve('esbuild/package.json')
  const program = `@esbuild/${process.platform}-${process.arch}/package.json`
  return [manifest, createRequire(manifest).resolve(program)].map(dirname)
}

/**
 * @param npm folder of the package npm
 * @throws the error of the disk when these are in a closed folder and cannot be copied
 */
export const buildAccount = (npm: string): ChildAccount =>
  childAccount('build', [
    npm,
    ...esbuildFolders(),
    dirname(BUNDLE_WORKER),
    pathTo('../isolate/'),
    pathTo('../../../package.json'),
  ])

/** Gives what the server has put into the folder of a build to the account of the build. */
export const giveFolder = async (folder: string, { identity: { uid, gid } }: ChildAccount): Promise<void> => {
  if (uid === undefined || gid === undefined) return
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const { parentPath, name } of entries) await chown(join(parentPath, name), uid, gid)
  await chown(folder, uid, gid)
}
