#!/usr/bin/env node
// The command, in a checkout and in the installed package. Plain JavaScript, because every Node must be able to read it.
import { existsSync } from 'node:fs'

const source = new URL('../src/main.ts', import.meta.url)
// The package carries no sources, and in a checkout dist/ may be older than they are.
const main = existsSync(source) ? source : new URL('../dist/main.js', import.meta.url)
await import(new URL('require-node.mjs', main).href)
await import(main.href)
