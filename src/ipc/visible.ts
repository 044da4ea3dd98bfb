/** A name or a path may hold characters that hide or turn around what stands beside them. The person decides by what they see. */
export const visible = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}')
