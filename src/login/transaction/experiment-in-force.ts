/** Which of a transaction's experiments an event and an Action belong to. */

import { AUTHENTICATION_FLOWS, FLOWS_BY_MOMENT, type Flow } from '../../decision/snapshot/flow.ts'
import type { Assignment } from '../assignment/assignment-port.ts'
import type { LoginTransaction } from './transaction.ts'

type Assigned = Pick<LoginTransaction, 'assignments' | 'flow'>

const decides = ({ authentication_flow }: Assignment, flow: Flow): boolean =>
  AUTHENTICATION_FLOWS[authentication_flow].decides.includes(flow)

/** The assignment of the experiment that decides a flow. */
export const assignmentOf = ({ assignments }: Pick<Assigned, 'assignments'>, flow: Flow): Assignment | undefined =>
  assignments.find(assignment => decides(assignment, flow))

/** Those of the flow that the transaction is in, and of the flows after it: what a login, or a sign-up, is treated with. */
export const assignmentsInForce = (transaction: Assigned): readonly Assignment[] =>
  [transaction.flow, ...FLOWS_BY_MOMENT.post_login].flatMap(flow => assignmentOf(transaction, flow) ?? [])

/**
 * The one that `details.experiment` and `event.experiment` show: of the login, or the sign-up, where it has an
 * experiment; else of the page's flow, and outside of such a page of the first flow that has one.
 *
 * @param page the flow of a page after the login, such as `mfa_challenge`
 */
export const assignmentInForce = (transaction: Assigned, page?: Flow): Assignment | undefined =>
  assignmentOf(transaction, transaction.flow) ??
  (page && assignmentOf(transaction, page)) ??
  assignmentsInForce(transaction)[0]
