/** Searches of the log by transaction, session and device: B-trees, in place of hash indexes. */

export const name = '0008-log-ids'

/**
 * Most of these ids name a handful of rows, but nobody keeps a browser from coming a million times with one device: in a
 * hash index each of its events walks the chain of all those before, and the log would get slower for every tenant. A
 * B-tree that ends in the date takes them at its end, and answers the first page of such a device without a sort.
 */
export const sql = /* sql */ `
drop index logs_by_transaction, logs_by_session, logs_by_device;
create index logs_by_transaction on logs (tenant_id, ((document #>> '{details,transaction_id}') collate "C"), date);
create index logs_by_session on logs (tenant_id, ((document #>> '{details,session_id}') collate "C"), date);
create index logs_by_device on logs (tenant_id, ((document #>> '{details,device_id}') collate "C"), date);
`
