/** Keeps a name or a path in its own direction within an Arabic sentence (Unicode TR 9, FSI and PDI). */
export const isolated = (text: string): string => `\u{2068}${text}\u{2069}`
