import type { approvals as pattern } from '../en/approvals.ts'
import { isolated } from './isolated.ts'

export const approvals: typeof pattern = {
  list: 'أدوات تطلب رمزًا',
  asks: (client, account) => `${isolated(client)} يطلب ${isolated(account)}`,
  asksFor: (account) => `يطلب ${isolated(account)}`,
  says: (client) => `يسمّي نفسه ${isolated(client)}`,
  proven: (program) => `مُثبت: ${isolated(program)}`,
  ofYours: 'برنامج من برامجك',
  process: (pid) => `العملية ${isolated(String(pid))}`,
  startedBy: 'شغّله',
  once: 'السماح مرة',
  always: 'دائمًا',
  alwaysAllow: 'السماح دائمًا',
  deny: 'رفض',
  answerLabel: (answer, client, account) => `${answer}: ${isolated(client)} إلى ${isolated(account)}`,
}
