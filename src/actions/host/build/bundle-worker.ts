/** A process of its own that bundles installed packages: a package can bring a bundler down, and takes only this along. */

import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { build, type Message } from 'esbuild'
import { DEPENDENCIES_GLOBAL } from '../../contract/program.ts'
import { isWithin, stayInside } from './stay-inside.ts'

export interface BundleRequest {
  /** Holds `node_modules`. */
  readonly folder: string
  readonly specifiers: readonly string[]
}

export type BundleAnswer = { readonly text: string } | { readonly problems: readonly string[] }

const entryOf = (specifiers: readonly string[]): string =>
  `module.exports = {${specifiers.map(one => `${JSON.stringify(one)}: () => require(${JSON.stringify(one)})`).join(', ')}}`

/** Where something is asked for is named from the package on: no answer tells where the server keeps its files. */
const problemOf = ({ text, location }: Message, root: string): string => {
  const place = location ? ` (${location.file.replace(/^(.*\/)?node_modules\//, '')})` : ''
  return `${text.replaceAll(root, '').slice(0, 300)}${place.slice(0, 200)}`
}

/** @returns text that leaves a function of `require` under `DEPENDENCIES_GLOBAL`, or what is wrong */
export const bundle = async ({ folder, specifiers }: BundleRequest): Promise<BundleAnswer> => {
  const place = realpathSync(folder)
  const root = join(place, 'node_modules')
  try {
    const { outputFiles, metafile } = await build({
      stdin: { contents: entryOf(specifiers), resolveDir: place, loader: 'js' },
      absWorkingDir: place,
      metafile: true,
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
      plugins: [stayInside(root)],
    })
    if (!isWithin(root, place, metafile)) return { problems: ['a file lies outside of the packages'] }
    return { text: outputFiles[0]?.text ?? '' }
  } catch (error) {
    const errors: readonly Message[] = Reflect.get(Object(error), 'errors') ?? []
    return { problems: [...new Set(errors.map(one => problemOf(one, root)))].slice(0, 10) }
  }
}

if (import.meta.main) {
  const request: BundleRequest = JSON.parse(await text(process.stdin))
  process.stdout.write(JSON.stringify(await bundle(request)))
}
