export const settingsFile = {
  setAside: (file: string) => `Your settings could not be read. The usual ones are used, and the file is kept as ${file}.`,
  setAsideFix: 'Choose your settings again. If you edited the file, look for the mistake in it.',
  notSetAside: (file: string) =>
    `Your settings could not be read, and ${file} could not be moved out of the way. The usual ones are used.`,
  notSetAsideFix: 'Look at the file and its folder: both have to be yours.',
  notSaved: (file: string) => `This holds until TokenTray ends, but ${file} could not be written.`,
  notSavedFix: (folder: string) => `Make room on the disk and ${folder} writable for you, and change it again.`,
  loginEntryForeign: (file: string) => `${file} is not from TokenTray, so that it is left as it is.`,
  loginEntryForeignFix: 'Look at that file, and move it away if you do not need it.',
  loginEntryFailed: (file: string) => `${file} could not be changed, so that what starts with your login stays as it was.`,
  loginEntryFailedFix: (folder: string) => `Make room on the disk and ${folder} writable for you, and try again.`,
  noStartAtLogin: 'TokenTray cannot be started with your login here.',
  noStartAtLoginFix: 'Use the settings of your system for that.',
}
