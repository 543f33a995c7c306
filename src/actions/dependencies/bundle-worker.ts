/** A process of its own that bundles installed packages: a package can bring a bundler down, and takes only this along. */

import { realpathSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, sep } from 'node:path'
import { text } from 'node:stream/consumers'
import { build, type OnResolveArgs, type OnResolveResult, type PluginBuild } from 'esbuild'
import { DEPENDENCIES_GLOBAL } from '../isolate/dependencies-global.ts'

export interface BundleRequest {
  /** Holds `node_modules`. */
  readonly folder: string
  readonly specifiers: readonly string[]
}

export type BundleAnswer = { readonly text: string } | { readonly problems: readonly string[] }

/** Marks what this plugin asks of esbuild itself. */
const ASKED = 'asked'

/** Every file must lie below the folder's `node_modules`: a package cannot bundle what the server has on its disk. */
const resolveInside = async (
  api: PluginBuild,
  root: string,
  args: OnResolveArgs,
): Promise<OnResolveResult | undefined> => {
  if (args.pluginData === ASKED || args.kind === 'entry-point') return undefined
  const { importer, kind, resolveDir } = args
  const found = await api.resolve(args.path, { importer, kind, resolveDir, pluginData: ASKED })
  if (found.errors.length > 0)
    return isBuiltin(args.path) ? { path: args.path, external: true } : { errors: found.errors }
  // Left to the bundler, which also knows what a package has switched off for browsers: it is then an empty module.
  if (found.external || found.path === '' || found.namespace !== 'file') return undefined
  const isInside = realpathSync(found.path).startsWith(root + sep)
  return isInside ? undefined : { errors: [{ text: `${args.path} lies outside of the package` }] }
}

const entryOf = (specifiers: readonly string[]): string =>
  `module.exports = {${specifiers.map(one => `${JSON.stringify(one)}: () => require(${JSON.stringify(one)})`).join(', ')}}`

/** @returns text that leaves a function of `require` under `DEPENDENCIES_GLOBAL`, or what is wrong */
export const bundle = async ({ folder, specifiers }: BundleRequest): Promise<BundleAnswer> => {
  const root = realpathSync(join(folder, 'node_modules'))
  try {
    const { outputFiles } = await build({
      stdin: { contents: entryOf(specifiers), resolveDir: realpathSync(folder), loader: 'js' },
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'browser',
      target: 'es2024',
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'silent',
      tsconfigRaw: {},
      define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
      banner: {
        js: `globalThis.${DEPENDENCIES_GLOBAL} = function (require) { const module = { exports: {} }, exports = module.exports;`,
      },
      footer: { js: 'return module.exports }' },
      plugins: [
        { name: 'inside', setup: api => api.onResolve({ filter: /.*/ }, args => resolveInside(api, root, args)) },
      ],
    })
    return { text: outputFiles[0]?.text ?? '' }
  } catch (error) {
    const errors: readonly { readonly text: string }[] = Reflect.get(Object(error), 'errors') ?? []
    return { problems: errors.map(one => one.text.replaceAll(root, '').slice(0, 300)).slice(0, 10) }
  }
}

if (import.meta.main) {
  const request: BundleRequest = JSON.parse(await text(process.stdin))
  process.stdout.write(JSON.stringify(await bundle(request)))
}
