import { Link } from '@tanstack/react-router'
import type { Lead } from '@/api/types'
import { Person } from '@/components/ui/avatar'
import { primaryCell, type Column } from '@/components/ui/data-table'
import { StateBadge } from '@/components/ui/status-badge'
import { formatMoney } from '@/lib/format'

interface Context {
  memberName: (id?: string | null) => string | undefined
  relative: (value?: string | null) => string
}

export const DEFAULT_COLUMNS = ['company', 'email', 'phone', 'stage', 'owner', 'source', 'createdAt']

/** All columns a person can choose from; the name always stays. */
export function leadColumns({ memberName, relative }: Context): Column<Lead>[] {
  const muted = (value?: string | null) => value ?? <span style={{ color: 'var(--tl-ink-3)' }}>–</span>
  return [
    {
      key: 'name',
      header: 'Name',
      sort: 'displayName',
      width: 220,
      cell: lead => (
        <Link to="/leads/$leadId" params={{ leadId: lead.id }} {...primaryCell}>
          {lead.displayName}
        </Link>
      ),
    },
    { key: 'company', header: 'Company', sort: 'company', hideBelow: 'md', cell: lead => muted(lead.company) },
    { key: 'email', header: 'Email', hideBelow: 'sm', cell: lead => muted(lead.email) },
    { key: 'phone', header: 'Phone', hideBelow: 'lg', cell: lead => <span className="tl-num">{muted(lead.phone ?? lead.phoneRaw)}</span> },
    { key: 'stage', header: 'Stage', cell: lead => <StageCell lead={lead} /> },
    { key: 'status', header: 'Status', hideBelow: 'md', cell: lead => <StateBadge state={lead.status} /> },
    { key: 'owner', header: 'Owner', hideBelow: 'md', cell: lead => (lead.ownerId ? <Person name={memberName(lead.ownerId) ?? '…'} size={20} /> : muted('Unassigned')) },
    { key: 'source', header: 'Source', hideBelow: 'lg', cell: lead => muted(lead.source) },
    { key: 'value', header: 'Value', align: 'right', hideBelow: 'md', cell: lead => (lead.value ? formatMoney(lead.value) : muted()) },
    { key: 'score', header: 'Score', align: 'right', sort: 'score', hideBelow: 'md', cell: lead => lead.score },
    { key: 'country', header: 'Country', hideBelow: 'md', cell: lead => muted(lead.country) },
    { key: 'website', header: 'Website', hideBelow: 'lg', cell: lead => muted(lead.website) },
    { key: 'createdAt', header: 'Created', sort: 'createdAt', hideBelow: 'lg', cell: lead => relative(lead.createdAt) },
    { key: 'updatedAt', header: 'Updated', sort: 'updatedAt', hideBelow: 'md', cell: lead => relative(lead.updatedAt) },
  ]
}

function StageCell({ lead }: { lead: Lead }) {
  return <StateBadgeWithName state={lead.status} name={lead.stageName} />
}

const TONE: Record<string, string> = { new: 'blue', working: 'amber', qualified: 'violet', won: 'green', lost: 'ink-3' }

function StateBadgeWithName({ state, name }: { state: string; name: string }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 7 }}>
      <span aria-hidden style={{ width: 8, height: 8, borderRadius: 3, flex: 'none', background: `var(--tl-${TONE[state] ?? 'ink-3'})` }} />
      {name}
    </span>
  )
}
