export const overall = {}
