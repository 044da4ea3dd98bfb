import type { approvals as pattern } from '../en/approvals.ts'

export const approvals: typeof pattern = {
  list: 'Werkzeuge, die um ein Token bitten',
  asks: (client, account) => `${client} bittet um ${account}`,
  asksFor: (account) => `bittet um ${account}`,
  says: (client) => `Nennt sich ${client}`,
  proven: (program) => `Bewiesen: ${program}`,
  ofYours: 'ein Programm von dir',
  process: (pid) => `Prozess ${pid}`,
  startedBy: 'Gestartet von',
  once: 'Einmal erlauben',
  always: 'Immer',
  alwaysAllow: 'Immer erlauben',
  deny: 'Ablehnen',
  answerLabel: (answer, client, account) => `${answer}: ${client} für ${account}`,
}
