import { pluralOf } from '../plural.ts'

const plural = pluralOf('en')

/** A sentence with `{client}` and `{account}` where their names stand, which are set in their own direction. */
const times = (count: number, sentence: string) => (count === 1 ? sentence : plural(count, { other: `${sentence} # times` }))

export const activity = {
  today: 'Today',
  yesterday: 'Yesterday',
  // What a line of the ledger says.
  used: (count: number) => times(count, '{client} used {account}'),
  refused: (count: number) => times(count, '{client} was refused {account}'),
  unanswered: (count: number) => times(count, '{client} got no answer for {account}'),
  copied: (count: number) => times(count, 'You copied a token of {account}'),
  startedBy: (parent: string) => `started by ${parent}`,
  claimed: 'Only its name is known',
  morePrograms: (count: number) => plural(count, { one: '# more program', other: '# more programs' }),
  // The filters.
  filter: 'Filter',
  tool: 'Tool',
  everyTool: 'All tools',
  you: 'You',
  refusedOnly: 'Refused only',
  list: 'Who got a token',
  loading: 'Reading the record…',
  none: 'No tool has asked for a token yet. Here you see which one did, when, and for which account.',
  noneOfThese: 'Nothing in the record fits this filter.',
  // Remembered answers.
  answers: 'Remembered answers',
  noAnswers: 'You have not told any tool “always” yet.',
  allowed: 'Allowed',
  denied: 'Denied',
  everyAccount: 'all accounts',
  goneAccounts: (count: number) => plural(count, { one: '# account that is gone', other: '# accounts that are gone' }),
  until: (moment: string) => `until ${moment}`,
  forget: 'Forget',
  forgetLabel: (client: string) => `Forget the answer for ${client}`,
  forgottenAsks: (client: string) => `Forgotten. You are asked when ${client} wants a token next, and can answer “Always” again.`,
  forgottenGives: (client: string) =>
    `Forgotten. ${client} now gets tokens like any new tool, without a question. Have new tools ask first to decide yourself.`,
  asksFirst: 'New tools are asked about first.',
  asksNot: 'New tools get tokens without a question.',
  change: 'Change',
}
