/**
 * The operator's configuration of npm (a private registry, its token, its certificates), brought into the folder of one
 * installation: npm may read nothing else, and as another account could not.
 */

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

type Environment = Readonly<Record<string, string>>

/** Options whose value is a file, in a configuration: `cafile=…`, or `//registry.example/:certfile=…`. */
const FILE_OPTION = /^(\s*(?:\/\/.*:)?(?:cafile|certfile|keyfile)\s*=\s*)["']?([^"'\r\n]+)["']?/gim

/** Variables whose value is a file; npm reads its own in any case. */
const FILE_VARIABLE = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|npm_config_(cafile|certfile|keyfile))$/i

const CONFIGURATION_VARIABLE = /^npm_config_(user|global)config$/i

const variableOf = (env: Environment, variable: string): string | undefined =>
  Object.entries(env).find(([name, value]) => value !== '' && name.toLowerCase() === variable)?.[1]

/** Copies files into a folder under numbers, as two may have one name. */
const createBringer = (folder: string) => {
  let count = 0
  const next = (): string => join(folder, String(count++))
  /** The copy; the path itself where there is nothing to copy, for npm to complain about. */
  const bring = async (file: string): Promise<string> => {
    const copy = next()
    return copyFile(file, copy).then(
      () => copy,
      () => file,
    )
  }
  /** A configuration that names copies of the files that it names. */
  const bringConfiguration = async (file: string, home: string): Promise<string> => {
    const text = await readFile(file, 'utf8').catch(() => '')
    let changed = text
    for (const [line, head, value = ''] of text.matchAll(FILE_OPTION)) {
      const named = value.trim().replace(/^(~|\$\{HOME\})(?=\/)/, home)
      const copy = await bring(resolve(dirname(file), named))
      changed = changed.replace(line, () => `${head}${JSON.stringify(copy)}`)
    }
    const brought = next()
    await writeFile(brought, changed, { mode: 0o600 })
    return brought
  }
  return { bring, bringConfiguration }
}

/**
 * @param folder is made; what is in it is secret and must not outlive npm
 * @param env npm's environment
 * @returns the environment that names what is in the folder
 */
export const bringNpmConfiguration = async (folder: string, env: Environment): Promise<Environment> => {
  await mkdir(folder, { mode: 0o700 })
  const { bring, bringConfiguration } = createBringer(folder)
  const home = env.HOME ?? '/'
  const ofUser = variableOf(env, 'npm_config_userconfig') ?? join(home, '.npmrc')
  const ofMachine =
    variableOf(env, 'npm_config_globalconfig') ?? join(dirname(dirname(process.execPath)), 'etc', 'npmrc')
  const given: [string, string][] = []
  for (const [name, value] of Object.entries(env)) {
    if (CONFIGURATION_VARIABLE.test(name)) continue
    given.push([name, FILE_VARIABLE.test(name) && value !== '' ? await bring(value) : value])
  }
  return {
    ...Object.fromEntries(given),
    npm_config_userconfig: await bringConfiguration(ofUser, home),
    npm_config_globalconfig: await bringConfiguration(ofMachine, home),
  }
}
