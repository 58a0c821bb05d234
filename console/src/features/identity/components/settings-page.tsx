import type { LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '@/components/ui/page'
import { can, useSession } from '@/lib/auth/permissions'

const TABS: readonly { label: string; to: LinkProps['to']; needs?: string }[] = [
  { label: 'Your account', to: '/settings/account' },
  { label: 'Workspace', to: '/settings/workspace', needs: 'tenant:write' },
  { label: 'Members', to: '/settings/members', needs: 'members:read' },
  { label: 'Pipeline', to: '/settings/pipeline', needs: 'leads:write' },
  { label: 'Brands', to: '/settings/brands', needs: 'brands:read' },
  { label: 'Scheduler', to: '/settings/scheduler', needs: 'scheduler:read' },
]

export function SettingsPage({ actions, layout = 'medium', children }: { actions?: ReactNode; layout?: 'medium' | 'narrow' | 'fill'; children: ReactNode }) {
  const { permissions } = useSession()
  return (
    <Page title="Settings" tabs={TABS.filter(tab => !tab.needs || can(permissions, tab.needs)).map(({ label, to }) => ({ label, to, exact: false }))} actions={actions} layout={layout}>
      {children}
    </Page>
  )
}
