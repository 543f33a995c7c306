/** Replays the language-neutral cases of `conformance/`: one test per case, under the case's own name. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

export interface Case<Given, Expect> {
  readonly name: string
  readonly given: Given
  readonly expect: Expect
}

export interface CaseFile<Given, Expect> {
  readonly about: string
  readonly cases: readonly Case<Given, Expect>[]
}

const root = new URL('../../conformance/', import.meta.url)

/** Reads a case file; the caller states its shape, and a wrong one fails in the cases. */
export const readCases = <File extends CaseFile<unknown, unknown>>(path: string): File =>
  JSON.parse(readFileSync(new URL(path, root), 'utf8'))

/** The names of the case files in a folder, without `.json`, sorted. */
export const listCases = (folder: string): readonly string[] =>
  readdirSync(new URL(`${folder}/`, root))
    .map(file => file.replace(/\.json$/, ''))
    .toSorted()

/** Declares a test per case: `answer` of what is given must deeply equal what is expected. */
export const replay = <Given, Expect>(
  subject: string,
  cases: readonly Case<Given, Expect>[],
  answer: (given: Given) => unknown,
): void => {
  for (const { name, given, expect } of cases) {
    test(`${subject}: ${name}`, () => {
      assert.deepEqual(answer(given), expect)
    })
  }
}
