/** What a browser complains about while a test uses it: blocked scripts, broken scripts, missing files. */

import type { Page } from 'playwright-core'

/** A form that is shown again is answered with 400, which Chromium takes for a file that did not load. */
const isExpected = (text: string): boolean => text.includes('status of 400')

/** The complaints of a page, filled as they come. */
export const listenForComplaints = (page: Page): readonly string[] => {
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' && !isExpected(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error)))
  return complaints
}
