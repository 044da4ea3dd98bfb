/** Signs that are shown as others, typographic ones, unless they are named. Whoever copies an example into a shell needs these. */
const named: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
}

/** Text for the macros of man(7), where a backslash begins an escape and a dot at the beginning of a line a request. */
export function roff(text: string): string {
  return text
    .replaceAll(/[\\\-'`^~]/g, (sign) => named[sign] ?? sign)
    .replaceAll(/^\./gm, '\\&.')
    .replaceAll(/[^\p{ASCII}]/gu, (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`)
}

/** Text that is filled to the width of the page, with what stands between backquotes in bold. */
export const filled = (text: string): string =>
  text
    .split('`')
    .map((part, place) => (place % 2 === 0 ? roff(part) : bold(part)))
    .join('')

/** Lines that stay as they are, as an example has to. */
export const example = (text: string): string => `.PP\n.EX\n${roff(text)}\n.EE\n`

/** A name in bold, and behind or below it what it is. */
export const tagged = (names: string, about: string): string => `.TP\n${names}\n${filled(about)}\n`

export const bold = (text: string): string => `\\fB${roff(text)}\\fP`

export const italic = (text: string): string => `\\fI${roff(text)}\\fP`

export const section = (title: string): string => `.SH ${title}\n`
