/**
 * `npm run docs`: writes docs/reference/ from the tables in the code. `npm run check` proves the files fresh
 * by generating them again, so that the reference can never say something else than the product does.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { actionsApiReference } from './generate/actions-api.ts'
import { actionsRuntimeReference } from './generate/actions-runtime.ts'
import { configurationReference } from './generate/configuration.ts'
import { decisionReference } from './generate/decisions.ts'
import { errorReference } from './generate/errors.ts'
import { logEventReference } from './generate/log-events.ts'
import { logExportReference } from './generate/log-export.ts'
import { logSearchReference } from './generate/log-search.ts'
import { logStreamReference } from './generate/log-streams.ts'
import { userSearchReference } from './generate/user-search.ts'
import { ROOT } from './source-files.ts'

/** File below docs/reference/ → what makes its text. */
export const REFERENCES: Record<string, () => string | Promise<string>> = {
  'actions-api.md': actionsApiReference,
  'actions-runtime.md': actionsRuntimeReference,
  'configuration.md': configurationReference,
  'decisions.md': decisionReference,
  'errors.md': errorReference,
  'log-events.md': () => logEventReference(),
  'log-export.md': logExportReference,
  'log-search.md': logSearchReference,
  'log-streams.md': logStreamReference,
  'user-search.md': userSearchReference,
}

const pathOf = (file: string): string => join(ROOT, 'docs/reference', file)

const readOrEmpty = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The reference files that differ from what the code would generate now. */
export const staleReferences = async (): Promise<string[]> => {
  const stale: string[] = []
  for (const [file, generate] of Object.entries(REFERENCES)) {
    if (readOrEmpty(pathOf(file)) !== (await generate()))
      stale.push(`docs/reference/${file} is stale: run npm run docs`)
  }
  return stale
}

if (import.meta.main) {
  mkdirSync(join(ROOT, 'docs/reference'), { recursive: true })
  for (const [file, generate] of Object.entries(REFERENCES)) {
    writeFileSync(pathOf(file), await generate())
    console.log(`docs/reference/${file}`)
  }
}
