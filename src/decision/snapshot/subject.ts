/** Who is assigned: the kinds of subject, and reading one from a request. */

import type { SubjectKind } from './snapshot.ts'

/** The subjects known when a decision is made; `user` is absent before the login. */
export type Subjects = { readonly [Kind in SubjectKind]?: string | undefined }

interface Subject {
  readonly doc: string
  /** Hot path: a fixed property per kind, for the reason given at the attributes. */
  readonly read: (subjects: Subjects) => unknown
}

export const SUBJECTS: { readonly [Kind in SubjectKind]: Subject } = {
  device: {
    doc: 'The browser, by a cookie: the same variation before and after the login, and for every person who uses it.',
    read: subjects => subjects.device,
  },
  user: {
    doc: 'The user, on every device; unknown until the user is.',
    read: subjects => subjects.user,
  },
  session: {
    doc: 'The session: a new one may be assigned anew.',
    read: subjects => subjects.session,
  },
}
