/** The two texts that a child is made of, bundled once per process: what runs in the child, and in its isolates. */

import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, stop } from 'esbuild'
import { BOOT_FOOTER } from '../sandbox/blank.ts'

export interface SandboxTexts {
  /** Evaluated by the child, which may read no file. */
  readonly child: string
  /** Evaluated by every isolate. */
  readonly boot: string
}

/** This file's own extension: sources run as they are, and as the JavaScript of a published package. */
const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

const bundle = async (entry: string, options: BuildOptions): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`${entry}${EXTENSION}`, import.meta.url))],
    bundle: true,
    write: false,
    minifySyntax: true,
    minifyWhitespace: true,
    target: 'es2024',
    legalComments: 'none',
    logLevel: 'silent',
    ...options,
  })
  return outputFiles?.[0]?.text ?? ''
}

const bundleAll = async (): Promise<SandboxTexts> => {
  const [child, boot] = await Promise.all([
    bundle('../sandbox/child', { platform: 'node', format: 'cjs' }),
    bundle('../isolate/main', {
      platform: 'browser',
      format: 'iife',
      globalName: 'main',
      banner: { js: '(function () {' },
      footer: { js: `${BOOT_FOOTER}\n})()` },
    }),
  ])
  // The bundler has a process of its own, which would stay.
  await stop()
  return { child, boot }
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
