export const CUSTOMER_TABS = [
  { label: 'Customers', to: '/customers' as const },
  { label: 'Suppressions', to: '/customers/suppressions' as const },
]
