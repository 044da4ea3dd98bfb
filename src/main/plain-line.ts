/**
 * What hides or turns around its neighbours. Left out are the two signs by which our own words set a name apart, and the marks that a language
 * writes beside its numbers: none of them moves anything else.
 */
const unseen = /(?![\u061c\u200e\u200f\u2068\u2069])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * Words as a menu, a tool tip or a notification of the desktop shows them: in one line of at most `longest` characters. Names and reasons come
 * from providers and tools, and a desktop draws whatever it gets, as wide as it is.
 */
export function plainLine(text: string, longest: number): string {
  const characters = [...text.replaceAll(unseen, '\u{fffd}')]
  return characters.length <= longest
    ? characters.join('')
    : `${characters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`
}
