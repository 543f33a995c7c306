/** An Express application on this machine, and a Chromium that visits it. */

import type { Server } from 'node:http'
import type { Express } from 'express'
import type { Page } from 'playwright-core'
import { launchChromium } from '../kit/chromium.ts'

/** Serves an application on a port that is already named in its callbacks. */
export const serveApplication = (application: Express, address: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = application.listen(Number(new URL(address).port), '127.0.0.1', (error?: Error) =>
      error ? reject(error) : resolve(server),
    )
  })

export interface Credentials {
  readonly email: string
  readonly password: string
}

/** Logs in where the browser has been sent. */
export const fillLogin = async (page: Page, { email, password }: Credentials): Promise<void> => {
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Continue' }).click()
}

/** Runs `visit` in a fresh browser. */
export const inChromium = async (visit: (page: Page) => Promise<void>): Promise<void> => {
  const browser = await launchChromium()
  try {
    await visit(await browser.newPage())
  } finally {
    await browser.close()
  }
}

/** What an application has written as JSON. */
export const jsonIn = async <Value>(page: Page): Promise<Value> =>
  JSON.parse((await page.textContent('body')) ?? '') as Value // the test's own application wrote it
