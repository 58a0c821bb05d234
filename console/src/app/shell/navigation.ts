import { Contact, Gauge, House, Inbox, Megaphone, MailSearch, Settings, Split, Upload, Users, type LucideIcon } from 'lucide-react'

export interface NavItem {
  label: string
  to: string
  icon: LucideIcon
  /** Any one of these opens the page. */
  needs: string[]
  keywords?: string
}

export interface NavGroup {
  label?: string
  items: NavItem[]
}

export const NAVIGATION: NavGroup[] = [
  { items: [{ label: 'Home', to: '/', icon: House, needs: [], keywords: 'dashboard today overview' }] },
  {
    label: 'Sales',
    items: [
      { label: 'Leads', to: '/leads', icon: Users, needs: ['leads:read'], keywords: 'pipeline prospects' },
      { label: 'Imports', to: '/imports', icon: Upload, needs: ['imports:write'], keywords: 'csv upload' },
      { label: 'Customers', to: '/customers', icon: Contact, needs: ['customers:read'], keywords: 'people consent suppressions' },
      { label: 'Assignment', to: '/assignment', icon: Split, needs: ['assignment:read'], keywords: 'routing rules pools workload' },
    ],
  },
  {
    label: 'Engagement',
    items: [
      { label: 'Campaigns', to: '/campaigns', icon: Megaphone, needs: ['campaigns:read'], keywords: 'email newsletter' },
      { label: 'Messages', to: '/messages', icon: MailSearch, needs: ['messages:read'], keywords: 'delivery log' },
      { label: 'Sandbox inbox', to: '/sandbox', icon: Inbox, needs: ['sandbox:read'], keywords: 'captured mail test' },
    ],
  },
  {
    label: 'Administration',
    items: [
      { label: 'Settings', to: '/settings', icon: Settings, needs: ['members:read', 'tenant:write', 'brands:read', 'scheduler:read'], keywords: 'workspace members brands' },
      { label: 'System', to: '/system', icon: Gauge, needs: ['system:read', 'worker:read'], keywords: 'health queues jobs dead letters' },
    ],
  },
]
