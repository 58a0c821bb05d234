export const ASSIGNMENT_TABS = [
  { label: 'Rules', to: '/assignment' as const },
  { label: 'Pools', to: '/assignment/pools' as const },
  { label: 'Workload and queue', to: '/assignment/workload' as const },
  { label: 'Decision log', to: '/assignment/log' as const },
]
