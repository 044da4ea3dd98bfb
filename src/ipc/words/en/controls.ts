export const controls = {
  dismiss: 'Dismiss',
  notice: 'Notice',
  version: (version: string) => `Version ${version}`,
  noAnswer: 'The app did not answer.',
  startAgain: 'Start TokenTray again.',
  alreadyRunning: 'TokenTray already runs on this computer.',
  cannotStart: 'TokenTray cannot start.',
}
