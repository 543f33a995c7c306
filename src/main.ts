#!/usr/bin/env node
/** The executable: finds the command and runs it. */

import './require-node.mjs'
import { runCommand } from './cli/commands.ts'

process.exitCode = await runCommand(process.argv.slice(2), process.env)
