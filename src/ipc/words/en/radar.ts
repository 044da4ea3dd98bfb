import { pluralOf } from '../plural.ts'

const plural = pluralOf('en')

export const radar = {
  // Several programs hold one login.
  shared: (names: string) => `${names} hold one login. Whenever one of them renews it, the others are signed out.`,
  own: 'Give each its own',
  ignore: 'Ignore',
  owner: 'Make TokenTray the owner',
  // What making TokenTray the owner changes.
  ownerTitle: 'What is changed',
  loses: (program: string) => `${program} loses its refresh token, in {file}. It goes on with its access token until that ends.`,
  afterwards:
    'After that, it gets its tokens here once it is connected on the Tools page. `tokentray import --undo` gives the login back.',
  stays: (program: string) => `{file} of ${program} cannot be changed: sign in there again.`,
  confirm: 'Go on',
  cancel: 'Cancel',
  moved: 'TokenTray alone renews this login from now on.',
  stillRuns: (program: string) => `If ${program} is running, end it: it goes on with the login that it has read.`,
  // How each program gets one of its own.
  ownTitle: 'A login for each',
  ownWords: 'Sign in again in all of these programs but one. Each then has a login of its own, and they leave each other alone.',
  ownBeside: 'Sign in again in these programs. Each then has a login of its own, and TokenTray keeps this one.',
  signInWith: (program: string, command: string) => `${program}: \`${command}\``,
  ignored: 'Ignored, until another login or another program is concerned.',
  // Programs that were not looked at.
  unread: (count: number) =>
    plural(count, {
      one: 'Another program keeps a login here, which was not looked at.',
      other: '# other programs keep logins here, which were not looked at.',
    }),
  look: 'Look…',
  lookTitle: 'Look at the logins of other programs',
  lookWords:
    'TokenTray then sees whether several programs hold one login. What it reads stays on this computer, and nothing is changed.',
  mayRead: (program: string) => `May the logins of ${program} be read?`,
  read: 'Read',
  readLabel: (program: string) => `Read the logins of ${program}`,
  doNotRead: 'Do not read',
  doNotReadLabel: (program: string) => `Do not read the logins of ${program}`,
}
