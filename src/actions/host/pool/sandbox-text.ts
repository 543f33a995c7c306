/** The texts that a child and its isolates are made of, bundled once per process. */

import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin, stop } from 'esbuild'
import { BRIDGE_FUNCTIONS } from '../../contract/bridge.ts'
import type { PartTexts } from '../../contract/messages.ts'
import { PART_NAMES } from '../../contract/part-names.ts'

export interface SandboxTexts {
  /** Evaluated by the child, which may read no file. */
  readonly child: string
  /** Evaluated by every isolate: its value is the function `boot` of `isolate/main.ts`. */
  readonly boot: string
  /** `PartTexts` as JSON. */
  readonly parts: string
}

/** This file's own extension: sources run as they are, and as the JavaScript of a published package. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

const pathOf = (entry: string): string => fileURLToPath(new URL(`${entry}${EXTENSION}`, import.meta.url))

const LENT = BRIDGE_FUNCTIONS.join(', ')

/** How `isolate/main.ts` becomes a text that takes the bridge as its arguments. */
const BOOT_FOOTER = `return (${LENT}) => main.boot({ ${LENT} })`

const OPTIONS = {
  bundle: true,
  write: false,
  minifySyntax: true,
  minifyWhitespace: true,
  target: 'es2024',
  legalComments: 'none',
  logLevel: 'silent',
} as const satisfies BuildOptions

const bundle = async (entry: string, options: BuildOptions): Promise<string> => {
  const { outputFiles } = await build({ ...OPTIONS, entryPoints: [pathOf(entry)], ...options, write: false })
  return outputFiles[0]?.text ?? ''
}

/** What a part takes from the isolate rather than bringing its own: one class each, so that `instanceof` holds. */
const lendToParts: Plugin = {
  name: 'lent',
  setup: api => {
    const lent = /^(abort-controller|buffer|events|process\/|string_decoder|util)$/
    api.onResolve({ filter: lent }, ({ path }) => ({ path, external: true }))
  },
}

/** All in one go: they have files in common. */
const bundleParts = async (): Promise<PartTexts> => {
  const { outputFiles } = await build({
    ...OPTIONS,
    entryPoints: PART_NAMES.map(name => pathOf(`../../isolate/parts/${name}`)),
    outdir: '/',
    platform: 'browser',
    format: 'iife',
    globalName: 'part',
    plugins: [lendToParts],
    banner: { js: '(function (require) {' },
    footer: { js: 'return part.make })' },
  })
  return Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path, '.js'), text]))
}

const bundleAll = async (): Promise<SandboxTexts> => {
  const [child, boot, parts] = await Promise.all([
    bundle('../../child/child', { platform: 'node', format: 'cjs' }),
    bundle('../../isolate/main', {
      platform: 'browser',
      format: 'iife',
      globalName: 'main',
      banner: { js: '(function () {' },
      footer: { js: `${BOOT_FOOTER}\n})()` },
    }),
    bundleParts(),
  ])
  // The bundler has a process of its own, which would stay.
  await stop()
  return { child, boot, parts: JSON.stringify(parts) }
}

let texts: Promise<SandboxTexts> | undefined

/** The texts; a failure is not remembered. */
export const loadSandboxTexts = (): Promise<SandboxTexts> => {
  texts ??= bundleAll().catch(error => {
    texts = undefined
    throw error
  })
  return texts
}
