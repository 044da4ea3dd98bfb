export const owners = {
  // Whose login it is.
  asked: (program: string) => `${program} owns this login; TokenTray asks it for tokens.`,
  watched: (program: string) => `Only watched: ${program} owns this login, and no tool gets a token of it from here.`,
  signedInThere: 'Signed in there',
  signedOutThere: 'Signed out there',
  itsToken: (span: string) => `its token is valid ${span}`,
  itsTokenOver: 'its token is over',
  // Not to show it here any more.
  forget: 'Forget',
  forgetLabel: (name: string) => `Forget ${name}`,
  forgetQuestion: (name: string) => `Forget ${name}?`,
  forgetAsked: (program: string) =>
    `Forget it? Tools on this computer lose access to this account at once. ${program} stays signed in; nothing is changed there.`,
  forgetWatched: (program: string) =>
    `Forget it? It is not shown here any more. ${program} stays signed in; nothing is changed there.`,
  forgotten: (program: string) => `Forgotten here. Nothing was changed in ${program}.`,
  // A login that came from a program goes back.
  giveBack: (program: string) => `Give back to ${program}…`,
  giveBackTitle: (program: string) => `Give the login back to ${program}`,
  giveBackWords: (program: string) =>
    `${program} gets its newest tokens, in {file}, and alone renews this login from then on. TokenTray forgets it, and tools lose access to this account at once.`,
  giveBackConfirm: 'Give back',
  givenBack: (program: string) => `${program} has its login back.`,
  givenBackAsBefore: (program: string) => `${program} has its login back. Its file is as it was before.`,
  stillWithout: (file: string) => `${file} is still without it.`,
}
