import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogMatch, LogQuery } from '../model/log-query.ts'
import { DIALECTS } from './dialect.ts'
import { parseSearch } from './parse-search.ts'

const boundText = (open: boolean, value: string): string => (open ? value : `!${value}`)

const MATCH_TEXT: { readonly [K in LogMatch['kind']]: (match: Extract<LogMatch, { kind: K }>) => string } = {
  exact: ({ value }) => `=${value}`,
  pattern: ({ literals }) => `~${literals.join('*')}`,
  present: () => '?',
  range: ({ from, to }) =>
    `<${from ? boundText(from.isInclusive, from.value) : ''}..${to ? boundText(to.isInclusive, to.value) : ''}>`,
  period: ({ from, before }) =>
    `<${from === undefined ? '' : new Date(from).toISOString()}..${before === undefined ? '' : new Date(before).toISOString()}>`,
  prefix_ignoring_case: ({ value }) => `^${value}`,
}

/** A query in a short notation: fully parenthesised, one word per test. */
const show = (query: LogQuery): string => {
  switch (query.kind) {
    case 'not':
      return `NOT ${show(query.operand)}`
    case 'test': {
      const text = MATCH_TEXT[query.match.kind] as (match: LogMatch) => string // chosen by its own kind
      return `${query.field}${text(query.match)}`
    }
    default:
      return `(${query.operands.map(show).join(` ${query.kind.toUpperCase()} `)})`
  }
}

const shown = (text: string, dialect: 'q' | 'search' = 'q'): string => {
  const parsed = parseSearch(text, DIALECTS[dialect])
  return parsed.ok ? show(parsed.ast) : `${parsed.position}: ${parsed.message}`
}

const QUERIES: Record<string, string> = {
  'type:s': 'type=s',
  'type: s': 'type=s',
  'description:"Wrong email or password."': 'description=Wrong email or password.',
  'description:"a \\"b\\" \\\\ *"': 'description=a "b" \\ *',
  'user_name:jane\\*\\:\\ doe': 'user_name=jane*: doe',
  'ip:2001:db8::1': 'ip=2001:db8::1',
  'user_id:auth0|5f': 'user_id=auth0|5f',
  'user_name:+15551234': 'user_name=+15551234',

  'type:s*': 'type~s*',
  'description:*rule': 'description~*rule',
  'connection:*pass*': 'connection~*pass*',
  'user_name:jane*smith': 'user_name~jane*smith',
  'user_id:*': 'user_id?',
  'user_id:"*"': 'user_id=*',

  'type:s AND client_id:a OR ip:b': '((type=s AND client_id=a) OR ip=b)',
  'type:s OR client_id:a AND ip:b': '(type=s OR (client_id=a AND ip=b))',
  'type:s AND (client_id:a OR ip:b)': '(type=s AND (client_id=a OR ip=b))',
  'type:a AND type:b AND type:c': '(type=a AND type=b AND type=c)',
  'type:s client_id:a': '(type=s OR client_id=a)',
  'type:s client_id:a NOT ip:b': '((type=s OR client_id=a) AND NOT ip=b)',
  'NOT ip:b type:s': '(type=s AND NOT ip=b)',
  'NOT ip:b NOT ip:c': '(NOT ip=b AND NOT ip=c)',
  'type:s OR NOT ip:b': '(type=s OR NOT ip=b)',
  'type:s AND NOT ip:b': '(type=s AND NOT ip=b)',
  'NOT ip:b AND type:s type:f': '((NOT ip=b AND type=s) OR type=f)',
  '(NOT ip:b) type:s': '(NOT ip=b OR type=s)',
  'NOT (type:s OR type:f)': 'NOT (type=s OR type=f)',
  'NOT NOT type:s': 'NOT NOT type=s',
  'type:(s OR f)': '(type=s OR type=f)',
  'type:(s f NOT fp)': '((type=s OR type=f) AND NOT type=fp)',

  'date:2018-12': 'date<2018-12-01T00:00:00.000Z..2019-01-01T00:00:00.000Z>',
  'date:[2018-12 TO 2019-01-01}': 'date<2018-12-01T00:00:00.000Z..2019-01-01T00:00:00.000Z>',
  'date:[2018-12-18 TO *]': 'date<2018-12-18T00:00:00.000Z..>',
  'date:[* TO 2018-12-19}': 'date<..2018-12-19T00:00:00.000Z>',
  'date:[* TO 2018-12-19]': 'date<..2018-12-20T00:00:00.000Z>',
  'date:{2018-12 TO "2019-01-01T12:23:45"}': 'date<2019-01-01T00:00:00.000Z..2019-01-01T12:23:45.000Z>',
  'date:[* TO *]': 'date?',
  'user_name:[a TO m}': 'user_name<a..!m>',
  'user_name:{"a b" TO *]': 'user_name<!a b..>',
  'log_id:[  900   TO   901 ]': 'log_id<900..901>',

  'details.experiment.experiment_id:exp_1 AND details.experiment.is_control:true':
    '(details.experiment.experiment_id=exp_1 AND details.experiment.is_control=true)',
  jane: '(log_id=jane OR type=jane OR description=jane OR connection=jane OR client_name=jane OR ip=jane OR user_name=jane)',
}

for (const [text, expected] of Object.entries(QUERIES)) {
  test(`${text} means ${expected}`, () => assert.equal(shown(text), expected))
}

const LEGACY: Record<string, string> = {
  Jane: '(connection^Jane OR client_name^Jane OR user_name^Jane)',
  '"Jane"': '(connection=Jane OR client_name=Jane OR user_name=Jane)',
  'type:s client_id:"a b"': '(type=s AND client_id=a b)',
  'type:s NOT client_id:a': '(type=s AND NOT client_id=a)',
  'type:s OR type:f': '(type=s OR type=f)',
}

for (const [text, expected] of Object.entries(LEGACY)) {
  test(`the older search takes ${text} as ${expected}`, () => assert.equal(shown(text, 'search'), expected))
}

const PROBLEMS: Record<string, string> = {
  '': '0: a term is missing at the end',
  '   ': '3: a term is missing at the end',
  'type:s AND': '10: a term is missing at the end',
  'OR type:s': '0: OR needs a term before it',
  'type:s AND OR type:f': '11: OR needs a term before it',
  'type:': '5: type: needs a value',
  'type:)': '5: type: needs a value',
  ':s': '0: a field name is missing before the colon',
  '(type:s': '7: the parenthesis is not closed',
  'type:s)': '6: no parenthesis is open here',
  '()': '1: a term is missing before the parenthesis',
  'description:"abc': '12: the quotation mark is not closed',
  'type:s\\': '6: nothing follows the backslash',
  'type:s?': '6: the wildcard ? is not supported; use *, or quote the term',
  'user_name:jane~2': '14: fuzzy terms are not supported; quote the term',
  'type:s^2': '6: boosts are not supported; quote the term',
  'type:s && type:f': '7: write AND, or quote the term',
  'type:s || type:f': '7: write OR, or quote the term',
  '-type:s': '0: unknown field "-type"; fields are ',
  '-jane': '0: a term cannot begin with -; write NOT or AND, or quote it',
  '[a TO b]': '0: a range needs a field name before it',
  'user_name:[a]': '12: a range is written [from TO to]',
  'user_name:[a to b]': '13: a range is written [from TO to]',
  'user_name:[a TO b': '17: the range is not closed by ] or }',
  'user_name:[a TO b)': '17: the range is not closed by ] or }',
  'user_name:[a* TO b]': '11: an end of a range is a whole value or *',
  'user_name:a]': '11: nothing is closed by ]; quote it or write \\]',
  'client_name:*sa': '12: a wildcard that is not only at the end needs 3 literal characters in a row',
  'client_name:a*b*': '12: a wildcard that is not only at the end needs 3 literal characters in a row',
  'client_name:abc*d*e*f*g*h*i*j*k*l': '12: a term has at most 8 wildcards',
  'date:yesterday': '5: "yesterday" is not a date; write 2018-12, 2018-12-18 or 2018-12-18T10:00:00',
  'date:[2018-02-30 TO *]': '6: "2018-02-30" is not a date; write 2018-12, 2018-12-18 or 2018-12-18T10:00:00',
  'details.experiment.is_control:yes': '30: details.experiment.is_control is true or false',
  'details.experiment.is_control:[a TO b]': '30: details.experiment.is_control is true or false, it has no range',
  'type:(ip:s)': '6: a field cannot stand inside another; quote the term',
  'user_email:"a@b.c"': '0: unknown field "user_email"; fields are ',
  'a\0b': '1: the character U+0000 cannot occur in a value',
}

for (const [text, expected] of Object.entries(PROBLEMS)) {
  test(`${JSON.stringify(text)} is refused at ${expected}`, () =>
    assert.equal(shown(text).startsWith(expected), true, shown(text)))
}
