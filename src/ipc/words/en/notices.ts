import { pluralOf } from '../plural.ts'

const plural = pluralOf('en')

export const notices = {
  signInNeeded: (account: string) => `${account}: sign-in needed`,
  signInsNeeded: (count: number) => plural(count, { other: '# accounts need a sign-in' }),
  noTokens: 'Tools get no token of it until you sign in again.',
  noTokensOfThem: 'Tools get no token of them until you sign in again.',
  endsSoon: (account: string) => `${account}: the login ends soon`,
  endsWords: (day: string) => `It lasts until about ${day}. Sign in again before that, and your tools go on working.`,
  begunAnew: 'This limit has begun anew.',
  stays: 'TokenTray keeps running',
  staysWords: 'Your tools still get their tokens. Start TokenTray again to open its window, and press Quit there to end it.',
}
