export const SYSTEM_TABS = [
  { label: 'Overview', to: '/system' as const },
  { label: 'Queues and workers', to: '/system/queues' as const },
  { label: 'Jobs', to: '/system/jobs' as const },
  { label: 'Dead letters', to: '/system/dead-letters' as const },
]
