export const navigation = {
  pages: 'Pages',
  names: { accounts: 'Accounts', activity: 'Activity', tools: 'Tools', settings: 'Settings' },
}
